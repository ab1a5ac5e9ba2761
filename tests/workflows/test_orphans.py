from datetime import date

import pytest

from workflows.orphans import Candidate, orphan_reason

TODAY = date(2024, 8, 1)
AWAY = date(2024, 8, 3)


@pytest.mark.parametrize(
    ("candidates", "code"),
    [
        ([], "no_candidate"),
        ([Candidate("a", active=False)], "all_inactive"),
        ([Candidate("a", conflicted=True), Candidate("b", active=False)], "all_conflicted"),
        ([Candidate("a", away_until=AWAY), Candidate("b", conflicted=True)], "all_away"),
        ([Candidate("a", conflicted=True), Candidate("b")], None),
        ([Candidate("a", away_until=TODAY)], None),
    ],
)
def test_a_case_nobody_can_take_further_is_an_orphan(candidates, code):
    found = orphan_reason(candidates=candidates, today=TODAY)
    assert (found.code if found else None) == code


def test_the_reason_says_when_somebody_returns():
    assert "2024年8月3日返回" in str(orphan_reason(candidates=[Candidate("a", away_until=AWAY)], today=TODAY))


@pytest.mark.parametrize(
    ("slots", "by", "code"),
    [
        ({"party": [Candidate("p")], "admin": [Candidate("q")]}, None, None),
        ({"party": [Candidate("p")], "admin": []}, None, "slot_unfilled"),
        ({"party": [Candidate("p")], "admin": [Candidate("q", away_until=AWAY)]}, None, "slot_unfilled"),
        ({"party": [Candidate("p")], "admin": [Candidate("q", away_until=AWAY)]}, date(2024, 8, 5), None),
        ({"party": [Candidate("p")], "admin": [Candidate("p")]}, None, "same_person"),
        ({"party": [Candidate("p"), Candidate("q")], "admin": [Candidate("p")]}, None, None),
    ],
)
def test_a_report_whose_slots_cannot_be_filled_in_time_is_an_orphan(slots, by, code):
    found = orphan_reason(candidates=[Candidate("a")], today=TODAY, slots=slots, sign_by=by)
    assert (found.code if found else None) == code


def test_one_person_in_both_offices_may_sign_twice_when_the_appointment_is_on_file():
    slots = {"party": [Candidate("p")], "admin": [Candidate("p")]}
    assert orphan_reason(candidates=[Candidate("a")], today=TODAY, slots=slots, one_person_may_fill_two=True) is None
