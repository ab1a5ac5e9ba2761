import pytest

from casework.cases.dossier import SECTIONS, BadDossier, differing_field, dossier_hash, ordered
from tests.casework.reports.sample import CONTRACT_HASH, make_dossier


def test_the_order_in_which_a_database_answers_does_not_change_the_hash():
    dossier = make_dossier()
    turned = dossier | {"verifications": dossier["verifications"][::-1]}
    assert dossier_hash(turned) == dossier_hash(dossier)
    assert differing_field(dossier, turned) is None


CHANGES = [
    ({"subject": {"kind": "record", "key": "1", "label": "欧阳晓明"}}, "subject.key"),
    ({"facts": make_dossier()["facts"] | {"severity": "low"}}, "facts.severity"),
    ({"facts": make_dossier()["facts"] | {"new": "x"}}, "facts.new"),
    ({"findings": []}, "findings[F1]"),
    ({"verifications": make_dossier()["verifications"][1:]}, "verifications[V1]"),
    ({"corrections": [make_dossier()["corrections"][0] | {"new": "71"}]}, "corrections[K1].new"),
    ({"corrections": [make_dossier()["corrections"][0] | {"evidence": []}]}, "corrections[K1].evidence[0]"),
    ({"evidence": []}, f"evidence[{CONTRACT_HASH}]"),
    ({"conclusion": make_dossier()["conclusion"] | {"sentence": ""}}, "conclusion.sentence"),
    ({"conclusion": make_dossier()["conclusion"] | {"sentence": None}}, "conclusion.sentence"),
]


@pytest.mark.parametrize(("change", "place"), CHANGES)
def test_every_change_changes_the_hash_and_is_named(change, place):
    before, after = make_dossier(), make_dossier(**change)
    assert dossier_hash(after) != dossier_hash(before)
    assert differing_field(before, after) == place
    assert differing_field(after, before) == place


def test_a_removed_first_item_is_not_mistaken_for_changes_of_all_that_follow():
    before = make_dossier()
    after = make_dossier(verifications=before["verifications"][1:])
    by_position = [
        place
        for place, (old, new) in enumerate(zip(before["verifications"], after["verifications"], strict=False))
        if old != new
    ]
    assert differing_field(before, after) == "verifications[V1]"
    assert by_position == [0], "by position V2 would be blamed, which nobody touched"


@pytest.mark.parametrize("foreign", ["notes", "assignment", "hold"])
def test_what_may_change_after_acceptance_has_no_place_in_a_dossier(foreign):
    with pytest.raises(BadDossier, match=foreign):
        dossier_hash(make_dossier() | {foreign: "x"})


@pytest.mark.parametrize("absent", SECTIONS)
def test_a_dossier_without_one_of_its_sections_is_refused(absent):
    with pytest.raises(BadDossier, match=absent):
        dossier_hash({name: part for name, part in make_dossier().items() if name != absent})


@pytest.mark.parametrize(
    "items", [[{"code": "x"}], [{"ref": "F1"}, {"ref": "F1"}], [{"ref": ""}], ["F1"], {"ref": "F1"}, None]
)
def test_an_item_without_a_name_of_its_own_is_refused(items):
    with pytest.raises(BadDossier, match="findings"):
        ordered(make_dossier(findings=items))


def test_ordering_leaves_the_given_dossier_as_it_was():
    dossier = make_dossier(verifications=make_dossier()["verifications"][::-1])
    ordered(dossier)
    assert [item["ref"] for item in dossier["verifications"]] == ["V2", "V1"]
