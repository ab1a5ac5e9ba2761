import pytest

from casework.screening.rules.approvals import FREELANCE_WITHOUT_APPROVAL
from tests.casework.screening.rules.small import frames, naive, observed, record

OTHERS = [record(9, college_review="审核通过", school_review="审核完成")]


def _found(college, school, *, rule=FREELANCE_WITHOUT_APPROVAL, destination="76", others=OTHERS):
    one = record(1, destination_code=destination, college_review=college, school_review=school)
    return observed(rule, frames(records=[one, *others])).get("1")


@pytest.mark.parametrize(
    ("college", "school", "found"),
    [
        ("审核通过", "审核完成", False),
        ("审核通过 ", "审核完成", False),
        ("审核通过", None, True),
        (None, "审核完成", True),
        (None, None, True),
        ("审核通过", "审核中", True),
        ("审核通过", "退回", True),
        ("审核不通过", "审核完成", True),
    ],
)
def test_both_levels_must_have_approved(college, school, found):
    assert bool(_found(college, school)) is found


@pytest.mark.parametrize("destination", ["10", "12", "75", "70", None])
def test_other_destinations_need_no_such_approval(destination):
    assert _found(None, None, destination=destination) is None


def test_a_review_under_way_is_told():
    assert _found("审核中", "审核中")["under_way"]
    assert not _found(None, None)["under_way"]


def test_an_export_without_a_level_says_nothing_about_it():
    only_school = [record(9, school_review="审核完成")]
    assert _found(None, "审核完成", others=only_school) is None
    assert _found(None, "审核中", others=only_school)["school_lacks"]
    everybody = naive(FREELANCE_WITHOUT_APPROVAL, ("by_college AND", ""))
    assert _found(None, "审核完成", others=only_school, rule=everybody)


def test_another_university_whose_export_has_both_levels_says_nothing_about_this_one():
    other = [record(9, university="乙大学", college_review="审核通过", school_review="审核完成")]
    assert _found(None, None, others=other) is None


def test_who_looks_for_the_word_inside_misses_a_refusal():
    words = "coalesce(list_contains($approved, narrow(college_review)), FALSE)"
    assert not _found(
        "审核不通过", "审核完成", rule=naive(FREELANCE_WITHOUT_APPROVAL, (words, "college_review LIKE '%通过%'"))
    )
