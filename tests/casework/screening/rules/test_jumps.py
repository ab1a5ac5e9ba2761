import pytest

from casework.screening.engine import screen
from casework.screening.rules.jumps import EMPLOYER_JUMP
from tests.casework.screening import kit
from tests.casework.screening.rules.province import province
from tests.casework.screening.rules.small import COMPANY, OTHER, employer, frames, observed, record


def kinds(made, **settings):
    found = screen(made.frames(), context=kit.CONTEXT, rules=[EMPLOYER_JUMP], settings={"employer_jump": settings})
    return {made.kinds[hit.subject_key] for hit in found.hits}, len(found.hits)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_jump_is_found_and_no_growth_that_the_firm_can_carry(seed):
    made = province(seed)
    found, _ = kinds(made)
    # A mill or a fresh firm without a past has jumped as well.
    assert "jump" in found
    assert found <= {"jump", "mill", "fresh"}
    hits = screen(made.frames(), context=kit.CONTEXT, rules=[EMPLOYER_JUMP]).hits
    assert made.of_kind("jump") <= {hit.subject_key for hit in hits}


@pytest.mark.parametrize(
    ("naive", "decoy"),
    [
        ({"ratio": 0}, "decoy growth"),
        ({"times": 0, "tail": "0.01"}, "decoy batches"),
    ],
)
def test_without_a_guard_its_decoy_would_be_accused(naive, decoy):
    assert decoy in kinds(province(), **naive)[0]
    assert decoy not in kinds(province())[0]


def _given(now, past, **more):
    rows = [record(n) for n in range(now)] + [record(100 + n, credit_code=OTHER) for n in range(50)]
    history = [{"credit_code": COMPANY, "cohort_year": 2021 + n, "graduates": count} for n, count in enumerate(past)]
    history += [{"credit_code": OTHER, "cohort_year": 2021 + n, "graduates": 50} for n in range(3)]
    known = [employer(insured_headcount=20), employer(credit_code=OTHER, insured_headcount=9000)]
    return frames(records=rows, employers=known, history=history, **more)


@pytest.mark.parametrize(
    ("now", "past", "found"),
    [(12, (1, 0, 1), True), (5, (1, 1, 1), False), (12, (8, 9, 10), False), (12, (0, 0, 6), False)],
)
def test_the_years_before_carry_their_own_uncertainty(now, past, found):
    assert (COMPANY in observed(EMPLOYER_JUMP, _given(now, past))) is found


def test_a_past_under_another_code_counts_once_the_two_are_one():
    past = {"aliases": [{"credit_code": OTHER, "same_as": COMPANY}]}
    assert COMPANY in observed(EMPLOYER_JUMP, _given(12, (0, 0, 0)))
    assert COMPANY not in observed(EMPLOYER_JUMP, _given(12, (0, 0, 0), **past))


def test_a_larger_cohort_is_no_jump():
    rows = [record(n) for n in range(18)] + [record(100 + n, credit_code=OTHER) for n in range(300)]
    history = [{"credit_code": COMPANY, "cohort_year": year, "graduates": 3} for year in (2021, 2022, 2023)]
    history += [{"credit_code": OTHER, "cohort_year": year, "graduates": 76} for year in (2021, 2022, 2023)]
    known = [employer(insured_headcount=20), employer(credit_code=OTHER, insured_headcount=9000)]
    assert observed(EMPLOYER_JUMP, frames(records=rows, employers=known, history=history)) == {}
    smaller = frames(records=rows[:98], employers=known, history=history)
    assert COMPANY in observed(EMPLOYER_JUMP, smaller)
