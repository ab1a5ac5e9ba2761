"""What users of other systems have paid for: when words may leave, when they must, and what one failure may spoil."""

from collections import Counter
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.notices import ways
from casework.notices.manners import Manners
from casework.notices.models import Message
from casework.operations.fire_timers import fire_timers
from casework.operations.retime import retime
from notifications.errors import ErrorClass
from tests.casework.notices.office import OPENED, beijing
from tests.casework.notices.outward import BASE, Scripted, call, fault
from tests.casework.operations.walking import Days, told


@pytest.fixture
def days(office):
    return Days(office)


@pytest.fixture
def case(days):
    return days.do(OPENED, lambda: opened(days.office))


def opened(office, **values):
    made = office.make_case(**{"state": "investigating"} | values)
    retime(made)
    return made


def fire(moment):
    with clock.stopped_at(moment), unit_of_work():
        return fire_timers()


def outward():
    rows = select(Message).where(Message.channel != "inbox").order_by(Message.id)
    return db.session.scalars(rows.execution_options(populate_existing=True)).all()


@pytest.mark.parametrize(
    ("silent_until", "said_at"),
    [
        (beijing(7, 27, 10), beijing(7, 29, 8)),
        (beijing(7, 28, 23), beijing(7, 29, 8)),
        (beijing(7, 26, 22), beijing(7, 29, 8)),
        (beijing(7, 29, 7, 59), beijing(7, 29, 8)),
    ],
    ids=["Saturday", "Sunday night", "Friday night", "Monday before eight"],
)
@pytest.mark.usefixtures("case")
def test_what_was_missed_before_a_weekend_waits_for_monday_and_is_not_dropped(silent_until, said_at):
    fire(silent_until)
    assert told() == []
    fire(said_at - timedelta(seconds=1))
    assert told() == []
    fire(said_at)
    assert Counter(row.kind for row in told()) == {"case_due": 1}


def test_a_weekend_that_is_worked_is_a_day_like_others(days):
    monday = beijing(9, 9, 10)  # of 2024; Saturday 14 September is worked for the Mid-Autumn holiday
    made = days.do(monday, lambda: opened(days.office, opened_at=monday, state_since=monday))
    assert made.due_at.astimezone(clock.BEIJING).date() == date(2024, 9, 14)
    fire(beijing(9, 13, 9))
    before = len(told())
    fire(beijing(9, 14, 9))
    assert [row.params["rung"] for row in told()[before:]] == ["remind_0"]


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (beijing(7, 25, 21, 59) + timedelta(seconds=59), True),
        (beijing(7, 25, 22), False),
        (beijing(7, 25, 23, 59), False),
        (beijing(7, 26, 0), False),
        (beijing(7, 26, 7, 59) + timedelta(seconds=59), False),
        (beijing(7, 26, 8), True),
    ],
)
@pytest.mark.usefixtures("case")
def test_quiet_hours_begin_at_ten_and_end_at_eight_to_the_second(days, moment, leaves):
    fire(beijing(7, 25, 21))
    days.deliver(moment)
    assert bool(days.way.sent) is leaves
    days.deliver(beijing(7, 26, 8, 30))
    assert len(days.way.sent) == 1


@pytest.mark.parametrize(
    ("moment", "speaks"), [(beijing(7, 25, 21, 59), True), (beijing(7, 25, 22), False), (beijing(7, 26, 8), True)]
)
@pytest.mark.usefixtures("case")
def test_a_rung_comes_due_outside_quiet_hours_alone(moment, speaks):
    fire(moment)
    assert bool(told("case_due")) is speaks


def test_three_days_of_silence_end_in_one_word_to_each(days):
    ways.configure(("inbox", "simulator"), manners=Manners(gather=timedelta(minutes=1)))
    for _ in range(3):
        days.do(OPENED, lambda: opened(days.office))
    back = beijing(8, 7, 9)  # a week after the date of all three, every rung of the ladder overdue
    days.at(back, digests=True)
    days.deliver(back + timedelta(hours=1))
    inside = Counter((row.person.login, row.case_id) for row in told("case_due", "case_overdue", "case_escalated"))
    assert set(inside.values()) == {1}
    assert len(inside) == 3 * 6
    letters = Counter(letter.recipient for letter in days.way.sent)
    assert set(letters.values()) == {1}
    assert letters["owner@example.edu"] == letters["supervisor@example.edu"] == 1
    assert all(row.params["missed"] == 3 for row in told("case_due", "case_overdue"))


@pytest.mark.usefixtures("case")
def test_after_silence_the_next_rounds_say_nothing_again(days):
    back = beijing(8, 7, 9)
    days.at(back, digests=True)
    before = len(told())
    days.walk(back + timedelta(minutes=10), beijing(8, 9, 23))
    assert len(told()) == before


class Mail(Scripted):
    """Mail that can be told to refuse."""

    code = "smtp"


def test_one_without_an_address_does_not_stop_the_others(days):
    ways.configure(("inbox", "smtp"))
    days.way = Mail()

    def two():
        days.office.people["owner"].email = ""
        days.office.people["vice"].email = ""
        return opened(days.office), opened(days.office, owner=days.office.people["second"])

    days.do(OPENED, two)
    days.walk(OPENED, beijing(8, 7, 12))
    recipients = {letter.recipient for letter in days.way.sent}
    assert {"second@example.edu", "supervisor@example.edu", "party@example.edu", "admin@example.edu"} <= recipients
    assert "" not in recipients
    assert {row.person.login for row in told("case_due")} == {"owner", "second"}
    assert "vice" in {row.person.login for row in told("case_escalated")}


def test_one_address_that_is_refused_does_not_stop_the_others(days):
    def refuse_one(message):
        if message.recipient.startswith("owner"):
            return fault(ErrorClass.RECIPIENT)(message)
        return Scripted().send([message], reference="x").outcomes[0]

    def two():
        return opened(days.office), opened(days.office, owner=days.office.people["second"])

    days.do(OPENED, two)
    fire(OPENED + timedelta(minutes=1))
    days.way = Scripted(refuse_one)
    days.deliver(OPENED + timedelta(hours=1))
    states = {row.person.login: row.state for row in outward()}
    assert states["second"] in {"accepted", "delivered"}
    assert states["owner"] not in {"accepted", "delivered"}


@pytest.mark.usefixtures("case")
def test_a_call_that_failed_is_not_marked_as_sent_and_is_made_again():
    fire(OPENED + timedelta(minutes=1))
    failing, moment = Scripted(fault(ErrorClass.TRANSIENT)), OPENED + timedelta(hours=1)
    call(failing, moment)
    assert failing.calls
    assert {row.state for row in outward()} == {"ready"}
    well = Scripted()
    call(well, moment + timedelta(hours=1))
    assert len(well.sent) == 1
    assert {row.state for row in outward()} <= {"accepted", "delivered"}


def test_two_sweepers_send_one_message(app, days):
    for _ in range(12):
        days.do(OPENED, lambda: opened(days.office))
    way, together, faults = Scripted(), Barrier(2), []

    def sweep():
        try:
            with app.app_context():
                together.wait()
                for _ in range(6):
                    with unit_of_work():
                        fire_timers(limit=5)
                while delivery.call_once(way, base_url=BASE) is not None:
                    pass
                db.session.remove()
        except BaseException as problem:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(problem)

    with clock.stopped_at(OPENED + timedelta(minutes=1)):
        threads = [Thread(target=sweep) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
    days.way = way
    days.at(OPENED + timedelta(hours=1))
    assert set(Counter(row.case_id for row in told("case_due")).values()) == {1}
    assert len(told("case_due")) == 12
    assert Counter(message.ref for message in way.sent).most_common(1)[0][1] == 1
