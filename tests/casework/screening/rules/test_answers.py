from datetime import timedelta

import pytest

from casework.screening.frames import Context
from casework.screening.rules.answers import GRADUATE_DENIES, UNCONFIRMED, WRONG_INFO_NOT_UPDATED
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, naive, observed, record


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


def snapshot(status, day, *, at=None):
    answered = kit._moment(at) if at else None
    return {"student_no": "1", "status": status, "confirm_time": answered, "snapshot_on": kit._day(day)}


FIRST = snapshot("unconfirmed", "2024-07-25")
CONFIRMED = snapshot("confirmed", "2024-08-08", at="2024-08-03 10:00:00")


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([FIRST], True),  # stored once, however many snapshots say so
        ([FIRST, CONFIRMED], False),
        ([FIRST, snapshot("wrong_information", "2024-08-08")], False),
        ([FIRST, CONFIRMED, snapshot("unconfirmed", "2024-08-15")], True),  # registered anew, asked again
        ([snapshot("unconfirmed", "2024-08-08"), CONFIRMED], False),
        ([snapshot("unconfirmed", "2024-09-08")], False),  # after the data cut
        ([], False),
    ],
)
def test_the_newest_snapshot_says_who_has_not_confirmed(answers, found):
    given = frames(records=[record(1)], confirmations=answers)
    assert bool(observed(UNCONFIRMED, given)) is found


def test_who_takes_any_snapshot_counts_the_confirmed():
    any_day = naive(UNCONFIRMED, ("JOIN newest USING (student_no, snapshot_on)", ""), ("bool_and", "bool_or"))
    given = frames(records=[record(1)], confirmations=[FIRST, CONFIRMED])
    assert observed(any_day, given)


def test_it_feeds_the_campaign_and_opens_nothing():
    assert (UNCONFIRMED.output, UNCONFIRMED.strength) == ("S", "w")


def test_a_university_whose_log_is_not_here_is_not_told_to_have_updated_nothing():
    rows = [record(1, university="甲大学"), record(2, university="乙大学")]
    changes = [{"log_id": "L1", "student_no": "2", "changed_at": kit._moment("2024-07-01 09:00:00")}]
    given = frames(records=rows, confirmations=[WRONG, WRONG | {"student_no": "2"}], changes=changes)
    given["working_days"] = kit.working_days()
    assert set(observed(WRONG_INFO_NOT_UPDATED, given)) == {"2"}
