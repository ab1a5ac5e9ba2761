import pytest

from casework.screening.engine import screen
from casework.screening.rules.links import LINKED_EMPLOYERS
from tests.casework.screening import kit
from tests.casework.screening.rules.province import province
from tests.casework.screening.rules.small import employer, frames, record

CODES = ("91420100MYF42CWF5K", "91420600MY2RT13M2C", "91420700MYPMA9025W")


def accused(made, **changed):
    found = screen(made.frames(), context=kit.CONTEXT, rules=[LINKED_EMPLOYERS], settings={"linked_employers": changed})
    return {code for hit in found.hits for code in hit.observed["credit_codes"]}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_group_is_found_whole_and_nobody_else(seed):
    made = province(seed)
    assert accused(made) == made.of_kind("link")


@pytest.mark.parametrize(
    ("naive", "decoy"),
    [
        ({"most_firms": 1000}, "decoy tower"),
        ({"most_firms": 1000}, "decoy bookkeeper"),
        ({"ratio": 0}, "decoy group"),
        ({"public_natures": []}, "decoy schools"),
        ({"college_share": 0}, "decoy park"),
    ],
)
def test_without_a_guard_its_decoy_would_be_accused(naive, decoy):
    made = province()
    assert accused(made, **naive) & made.of_kind(decoy)
    assert not accused(made) & made.of_kind("decoy")


def _group(*, graduates=2, insured=2, firms=3, names=None, college="甲学院", **of_register):
    rows = [
        record(10 * n + k, credit_code=CODES[n], employer_name=(names or "甲乙丙")[n], college=college)
        for n in range(firms)
        for k in range(graduates)
    ]
    known = [
        employer(
            credit_code=CODES[n], name=(names or "甲乙丙")[n], insured_headcount=insured, phone_index="t", **of_register
        )
        for n in range(firms)
    ]
    return screen(frames(records=rows, employers=known), context=kit.CONTEXT, rules=[LINKED_EMPLOYERS]).hits


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, True),
        ({"firms": 2, "graduates": 4}, False),
        ({"graduates": 1}, False),
        ({"insured": 6}, True),  # 6 of 19
        ({"insured": 7}, False),  # 6 of 22
        ({"names": ("甲", "甲", "丙")}, False),  # one firm whose code was mistyped
        ({"insured": None}, False),  # nothing known: ten are asked for
        ({"insured": None, "graduates": 4}, True),
    ],
)
def test_a_group_is_three_small_firms_with_six_graduates(values, found):
    hits = _group(**values)
    assert bool(hits) is found
    if found:
        assert hits[0].subject_key == f"group:{min(CODES)}"
        assert (hits[0].level, len(hits[0].student_nos)) == ("group", hits[0].observed["graduates"])


def test_no_token_is_told():
    (hit,) = _group()
    assert hit.observed["by_phone"]
    assert not hit.observed["by_address"]
    assert "t" not in hit.observed.values()
