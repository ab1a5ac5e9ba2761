"""What a sample says while its cases are worked on: counts by stratum, estimate, worst case, verdict of a plan."""

import pytest

from casework import clock
from casework.cases.sample_results import members_of, result_of
from casework.db import db
from casework.operations.draw_sample import draw_sample
from casework.people.actors import actor_of
from casework.screening.sampling import Design
from tests.casework.factories import NOON, add_correction
from tests.casework.operations.bench import make_bench


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def sample_of(bench, design, *, whole=False, **codes):
    for code, n in codes.items():
        for _ in range(n):
            bench.record(destination_code=code.removeprefix("c"), degree_level="31")
    return draw_sample(
        organisation=bench.tree.university,
        round_=bench.round_,
        design=design,
        whole=whole,
        actor=actor_of(bench.supervisor),
    ).sample


def conclude(members, *conclusions):
    for member, conclusion in zip(members, conclusions, strict=False):
        member.case.state, member.case.conclusion = "corrected", conclusion
    db.session.flush()


def test_before_anything_is_concluded_nothing_is_estimated(bench):
    result = result_of(sample_of(bench, Design("size", size=4, minimum=2), c11=6, c76=3))
    assert (result.drawn, result.open, result.checked) == (4, 4, 0)
    assert (result.estimate, result.worst, result.forecast, result.verdict) == (None, None, None, None)
    assert [(each.name, each.size, each.share) for each in result.strata] == [
        ("11/bachelor", 6, None),
        ("76/bachelor", 3, None),
    ]


def test_wrong_right_and_unverifiable_are_counted_apart(bench):
    sample = sample_of(bench, Design("size", size=8, minimum=2), c11=40)
    conclude(members_of(sample), "corrected", "unfounded", "unfounded", "unfounded", "unverifiable")
    result = result_of(sample, survey=20)
    assert (result.drawn, result.wrong, result.checked, result.unverifiable, result.open) == (8, 1, 4, 1, 3)
    assert result.estimate.share == 0.25
    assert result.worst.share == 0.4
    assert result.estimate.still_wrong[0] == 9  # a quarter of 40, less the one that was corrected
    assert result.forecast.records == 20
    assert result.strata[0].low < 0.25 < result.strata[0].high
    assert [each.outcome for each in members_of(sample)].count("open") == 3


def test_a_reopened_case_is_open_again_whatever_was_concluded(bench):
    sample = sample_of(bench, Design("size", size=2, minimum=2), c11=5)
    conclude(members_of(sample), "corrected", "unfounded")
    members_of(sample)[0].case.state = "investigating"
    db.session.flush()
    result = result_of(sample)
    assert (result.open, result.wrong, result.checked) == (1, 0, 1)


def test_a_case_about_many_says_of_one_only_what_was_corrected_in_its_record(bench):
    records = [bench.record(destination_code="11", degree_level="31") for _ in range(3)]
    many = bench.case(kind="employer", records=records, state="investigating")
    sample = sample_of(bench, Design("size", size=3, minimum=3), whole=True)
    add_correction(many, by=bench.owner)  # of the first record
    many.state, many.conclusion = "corrected", "corrected"
    db.session.flush()
    assert {each.student_no: each.outcome for each in members_of(sample)} == {
        records[0].student_no: "wrong",
        records[1].student_no: "right",
        records[2].student_no: "right",
    }


def test_a_withdrawn_correction_makes_nothing_wrong(bench):
    records = [bench.record(destination_code="11", degree_level="31") for _ in range(2)]
    many = bench.case(kind="employer", records=records, state="investigating")
    sample = sample_of(bench, Design("size", size=2, minimum=2), whole=True)
    add_correction(many, by=bench.owner).withdrawn_at = NOON
    many.state, many.conclusion = "corrected", "unfounded"
    db.session.flush()
    assert result_of(sample).wrong == 0


def test_a_merged_case_is_what_the_case_says_that_carries_it_on(bench):
    sample = sample_of(bench, Design("size", size=1, minimum=1), c11=1)
    [member] = members_of(sample)
    carrier = bench.case(records=[bench.record(student_no=f"{member.student_no}9")], state="investigating")
    member.case.state, member.case.merged_into = "merged", carrier
    db.session.flush()
    assert result_of(sample).open == 1
    carrier.state, carrier.conclusion = "corrected", "corrected"
    db.session.flush()
    assert result_of(sample).wrong == 1


# wrong, right, unverifiable of a plan with n = 10, c = 2
VERDICTS = [
    (3, 0, 0, "failed"),
    (2, 8, 0, "passed"),
    (2, 7, 0, "undecided"),
    (2, 7, 1, "undecided"),
    (1, 8, 1, "passed"),
    (0, 8, 0, "passed"),
    (0, 0, 0, "undecided"),
]


@pytest.mark.parametrize(("wrong", "right", "unverifiable", "expected"), VERDICTS)
def test_a_plan_passes_or_fails_as_soon_as_nothing_that_is_open_can_change_it(
    bench, wrong, right, unverifiable, expected
):
    sample = sample_of(bench, Design("plan", declared=0.05, rate=0.45), c11=40)
    assert sample.design["plan"] == {"n": 10, "c": 2}
    conclude(members_of(sample), *["corrected"] * wrong, *["unfounded"] * right, *["unverifiable"] * unverifiable)
    assert result_of(sample).verdict.code == expected
