from datetime import timedelta

import pytest

from casework.screening.frames import Context
from casework.screening.rules.answers import GRADUATE_DENIES, WRONG_INFO_NOT_UPDATED
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, observed, record


def answer(status, at, *, taken=None):
    return {
        "student_no": "1",
        "status": status,
        "confirm_time": kit._moment(at),
        "snapshot_on": kit._day(taken or at[:10]),
    }


def test_a_denial_stands_although_the_graduate_confirmed_later():
    answers = [answer("never_signed", "2024-07-20 10:00:00"), answer("confirmed", "2024-07-22 10:00:00")]
    found = observed(GRADUATE_DENIES, frames(records=[record(1)], confirmations=answers))
    assert found["1"]["answered_on"] == "2024-07-20"
    assert found["1"]["confirmed_later"]


def test_a_confirmation_before_the_denial_is_not_later():
    answers = [answer("confirmed", "2024-07-02 10:00:00"), answer("never_signed", "2024-07-20 10:00:00")]
    assert not observed(GRADUATE_DENIES, frames(records=[record(1)], confirmations=answers))["1"]["confirmed_later"]


def test_answers_after_the_data_cut_are_not_known_yet():
    earlier = Context(cohort_year=2024, as_of=kit.EXPORTED)
    answers = [answer("never_signed", "2024-07-26 10:00:00")]
    given = frames(records=[record(1)], confirmations=answers)
    assert observed(GRADUATE_DENIES, given, context=earlier) == {}
    assert set(observed(GRADUATE_DENIES, given)) == {"1"}


# Thursday 25 July; three working days end with Tuesday 30 July.
WRONG = answer("wrong_information", "2024-07-25 09:00:00")


@pytest.mark.parametrize(
    ("cut", "found"),
    [("2024-07-26", False), ("2024-07-29", False), ("2024-07-30", False), ("2024-07-31", True), ("2024-08-31", True)],
)
def test_three_working_days_pass_before_it_counts(cut, found):
    given = frames(records=[record(1)], confirmations=[WRONG], changes=[], working_days=[])
    given["working_days"] = kit.working_days()
    context = Context(cohort_year=2024, as_of=kit._moment(f"{cut} 23:59:59"))
    assert bool(observed(WRONG_INFO_NOT_UPDATED, given, context=context)) is found


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (None, True),
        ("2024-07-25 08:59:00", True),  # before the answer
        ("2024-07-26 10:00:00", False),
        ("2024-08-20 10:00:00", False),  # late, and yet updated
    ],
)
def test_any_later_registration_settles_it(changed, found):
    changes = [{"log_id": "L1", "student_no": "1", "changed_at": kit._moment(changed)}] if changed else []
    given = frames(records=[record(1)], confirmations=[WRONG], changes=changes)
    given["working_days"] = kit.working_days()
    assert bool(observed(WRONG_INFO_NOT_UPDATED, given)) is found


def test_an_older_answer_that_was_settled_does_not_make_a_new_one_late():
    answers = [WRONG, answer("wrong_information", "2024-08-30 09:00:00")]
    changes = [{"log_id": "L1", "student_no": "1", "changed_at": kit._moment("2024-07-29 09:00:00")}]
    given = frames(records=[record(1)], confirmations=answers, changes=changes)
    given["working_days"] = kit.working_days()
    assert observed(WRONG_INFO_NOT_UPDATED, given) == {}


def test_a_holiday_gives_more_time():
    rest = [row["day"] for row in kit.working_days().to_pylist() if row["day"] != kit._day("2024-07-30")]
    given = frames(records=[record(1)], confirmations=[WRONG], changes=[])
    given["working_days"] = kit.frame("working_days", [{"day": day} for day in rest])
    context = Context(cohort_year=2024, as_of=kit._moment("2024-07-30 23:59:59") + timedelta(days=1))
    assert observed(WRONG_INFO_NOT_UPDATED, given, context=context) == {}
