import pytest
from cryptography.hazmat.primitives import hashes

from casework.cases.canonical import canonical_bytes
from casework.cases.dossier import dossier_hash, ordered
from casework.reports.manifest import CannotFreeze, Second, manifest_hash, manifest_sm3
from casework.reports.snapshot import content_hashes
from tests.casework.reports.sample import make_dossier, make_dossiers, make_manifest, make_snapshot


def test_the_manifest_holds_the_hash_of_every_dossier_and_content():
    manifest, expected = make_manifest(), {each["number"]: dossier_hash(each) for each in make_dossiers()}
    assert {line["number"]: line["hash"] for line in manifest["cases"]} == expected
    assert manifest["contents"] == content_hashes(make_snapshot())


def test_sm3_stands_beside_sha256_and_never_instead():
    plain, both = make_manifest(), make_manifest(second=Second({"report": "ab"}, {"cd": "ef"}))
    assert (plain["digests"], manifest_sm3(plain)) == (["sha256"], "")
    assert both["digests"] == ["sha256", "sm3"]
    assert [line["hash"] for line in both["cases"]] == [line["hash"] for line in plain["cases"]]
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(canonical_bytes(ordered(make_dossier())))
    assert both["cases"][0]["sm3"] == sm3.finalize().hex()
    assert (both["contents_sm3"], both["evidence_sm3"]) == ({"report": "ab"}, {"cd": "ef"})
    assert len(manifest_sm3(both)) == 64


def test_cases_stand_in_the_order_of_their_numbers_whatever_order_they_came_in():
    manifest = make_manifest(dossiers=make_dossiers()[::-1])
    assert [line["number"] for line in manifest["cases"]] == ["LC24-0001", "LC24-0002", "LC24-0003"]
    assert manifest_hash(manifest) == manifest_hash(make_manifest())


def test_sample_cases_are_listed_and_stay_out_of_the_problem_figures():
    manifest = make_manifest()
    assert manifest["counts"] == {
        "cases": 2,
        "samples": 1,
        "open": 1,
        "by_conclusion": {"corrected": 2},
        "by_state": {"corrected": 2, "investigating": 1},
        "by_severity": {"high": 2, "medium": 1},
    }


@pytest.mark.parametrize("clause", ["N1.1", "N1.2", "N1.3", "N1.4", "N1.5"])
@pytest.mark.parametrize("part", ["method", "examined", "finding", "responsible", None])
def test_an_unanswered_item_of_the_checklist_cannot_freeze(clause, part):
    items = [vars(item) for item in make_snapshot().checklist]
    if part is None:
        items = [item for item in items if item["clause"] != clause]
    else:
        items = [item | {part: " "} if item["clause"] == clause else item for item in items]
    with pytest.raises(CannotFreeze, match=clause):
        make_manifest(checklist=items)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"open_cases": [{"number": "LC24-0009", "state": "flagged", "severity": "low", "reason": " "}]}, "LC24-0009"),
        ({"open_cases": [{"number": "LC24-0001", "state": "flagged", "severity": "low", "reason": "x"}]}, "LC24-0001"),
        ({"dossiers": [make_dossier(), make_dossier()]}, "LC24-0001"),
        ({"slots": []}, "签字"),
    ],
)
def test_an_incomplete_report_cannot_freeze(changes, said):
    with pytest.raises(CannotFreeze, match=said):
        make_manifest(**changes)


@pytest.mark.parametrize("key", sorted(make_manifest()))
def test_every_part_of_the_manifest_is_under_its_hash(key):
    manifest = make_manifest()
    assert manifest_hash(manifest | {key: "x"}) != manifest_hash(manifest)
