import pytest

from casework.cases.dossier import dossier_hash
from casework.reports.manifest import CannotFreeze, manifest_hash, verify_manifest
from casework.reports.snapshot import content_hashes
from tests.casework.reports.sample import make_dossier, make_dossiers, make_manifest, make_row, make_snapshot


def by_number(dossiers):
    return {dossier["number"]: dossier for dossier in dossiers}


def codes(problems):
    return [(problem.code, problem.subject) for problem in problems]


def only_counts(manifest, dossiers):
    """Check like somebody who counts the cases and looks no further."""
    return len(manifest["cases"]) == len(dossiers) and {line["number"] for line in manifest["cases"]} == set(dossiers)


def test_an_untouched_report_holds():
    contents = content_hashes(make_snapshot())
    assert verify_manifest(make_manifest(), by_number(make_dossiers()), contents=contents) == []


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


def test_a_changed_dossier_is_found_and_named_where_counting_sees_nothing():
    changed = by_number(make_dossiers()) | {"LC24-0002": make_dossier("LC24-0002", findings=[])}
    assert only_counts(make_manifest(), changed)
    problems = verify_manifest(make_manifest(), changed)
    assert codes(problems) == [("dossier_differs", "LC24-0002")]
    assert "LC24-0002" in str(problems[0])
    assert dossier_hash(changed["LC24-0002"]) in str(problems[0])


def test_missing_and_foreign_dossiers_are_named():
    dossiers = by_number([*make_dossiers()[1:], make_dossier("LC24-0099")])
    assert codes(verify_manifest(make_manifest(), dossiers)) == [
        ("case_missing", "LC24-0002"),
        ("case_not_listed", "LC24-0099"),
    ]


def test_a_dossier_out_of_shape_is_a_finding_and_no_crash():
    dossiers = by_number(make_dossiers()) | {"LC24-0001": make_dossier() | {"notes": "x"}}
    assert codes(verify_manifest(make_manifest(), dossiers)) == [("dossier_broken", "LC24-0001")]
    assert "notes" in str(verify_manifest(make_manifest(), dossiers)[0])


def test_a_prettier_conclusion_in_the_manifest_is_found():
    manifest = make_manifest()
    manifest["cases"][0]["conclusion"] = "unfounded"
    problems = verify_manifest(manifest, by_number(make_dossiers()))
    assert codes(problems) == [("case_line_differs", "LC24-0001"), ("counts_differ", "counts")]


def test_a_document_that_says_something_else_is_named():
    changed = make_snapshot(rows=(*make_snapshot().rows, make_row("LC24-0010")))
    problems = verify_manifest(make_manifest(), by_number(make_dossiers()), contents=content_hashes(changed))
    assert codes(problems) == [("content_differs", "records"), ("content_differs", "report")]


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
