from datetime import date

from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.filing.held_heads import contradictions, parse_head
from casework.notices import words
from casework.notices.models import Message
from casework.operations.digest import digest
from casework.operations.fire_timers import fire_timers
from casework.operations.retime import retime
from tests.casework.notices.office import OPENED, beijing


def make_overdue(office, number=3):
    with clock.stopped_at(OPENED), unit_of_work():
        for _ in range(number):
            retime(office.make_case(state="investigating"))


def at(moment, verb, *arguments):
    with clock.stopped_at(moment), unit_of_work():
        return verb(*arguments)


def digests():
    return db.session.scalars(select(Message).filter_by(kind="digest").order_by(Message.id)).all()


def counts(message):
    return {name: message.params[name] for name in ("overdue", "escalated", "due_soon")}


def test_many_overdue_cases_are_one_message_a_day_for_each_person(office):
    make_overdue(office)
    at(beijing(8, 1, 8, 31), fire_timers)
    for minute in (0, 1, 30):
        at(beijing(8, 1, 9, minute), digest, date(2024, 8, 1))
    assert [(row.person.login, row.channel, row.state) for row in digests()] == [("supervisor", "simulator", "ready")]
    assert counts(digests()[0]) == {"overdue": 3, "escalated": 3, "due_soon": 0}


def test_the_next_day_counts_only_what_climbed_since(office):
    make_overdue(office)
    at(beijing(8, 1, 8, 31), fire_timers)
    at(beijing(8, 1, 9), digest, date(2024, 8, 1))
    at(beijing(8, 2, 8, 31), fire_timers)
    at(beijing(8, 2, 9), digest, date(2024, 8, 2))
    second = {row.person.login: counts(row) for row in digests() if row.params["on"] == "2024-08-02"}
    assert second == {
        "supervisor": {"overdue": 3, "escalated": 0, "due_soon": 0},
        "vice": {"overdue": 3, "escalated": 3, "due_soon": 0},
    }


def test_what_climbed_while_no_digest_was_written_is_not_lost(office):
    make_overdue(office)
    at(beijing(8, 1, 8, 31), fire_timers)
    at(beijing(8, 2, 9), digest, date(2024, 8, 2))
    assert counts(digests()[0])["escalated"] == 3


def test_what_is_closed_in_between_is_not_counted(office):
    make_overdue(office, number=1)
    at(beijing(8, 1, 8, 31), fire_timers)
    with clock.stopped_at(beijing(8, 1, 8, 45)), unit_of_work():
        case = db.session.scalars(select(Message)).first()
        closed = db.session.get_one(type(office.make_case()), case.case_id)
        closed.state, closed.accepted_at = "corrected", clock.now()
    at(beijing(8, 1, 9), digest, date(2024, 8, 1))
    assert not digests()


def test_a_head_of_office_hears_what_is_near_and_leaders_only_what_climbed(office):
    make_overdue(office)
    at(beijing(7, 29, 9), digest, date(2024, 7, 29))
    assert [(row.person.login, counts(row)) for row in digests()] == [
        ("supervisor", {"overdue": 0, "escalated": 0, "due_soon": 3})
    ]


def test_nobody_gets_a_digest_on_a_day_of_rest(office):
    make_overdue(office)
    assert at(beijing(8, 3, 9), digest, date(2024, 8, 3)) == 0


def test_a_digest_tells_where_the_journal_stands_in_a_form_that_can_be_checked(office):
    make_overdue(office)
    organisation = office.university
    with unit_of_work():
        journal.record(organisation_id=organisation.id, action="case:note", actor="7", subject="LC24-0001")
    at(beijing(8, 1, 9), digest, date(2024, 8, 1))
    seq, last = journal.head(organisation.id)
    [told] = [row for row in digests() if row.person.login == "supervisor"]
    body = words.text(told, base_url="https://casework.example").body
    assert f"第{seq}条，前16位 {last[:16]}" in body
    line = next(line for line in body.splitlines() if last in line)
    assert list(contradictions([parse_head(line)])) == []
    assert list(contradictions([parse_head(line.replace(last, "0" * 64))])) != []
    told.params = {name: value for name, value in told.params.items() if name != "heads"}  # an older row
    assert "还没有日志" in words.text(told, base_url="https://casework.example").body
