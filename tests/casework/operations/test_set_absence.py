"""Leave and stand-in: who may say so, who may stand in, and what is told to whom meanwhile."""

from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, Invalid, NotFound
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.notices.words import text
from casework.operations.announce import announce
from casework.operations.digest import digest
from casework.operations.fire_timers import fire_timers
from casework.operations.orphans import orphans
from casework.operations.retime import retime
from casework.operations.set_absence import set_absence
from casework.people.actors import actor_of
from casework.people.models import Appointment, Person
from tests.casework.notices.office import OPENED, beijing

LEAVE = date(2024, 8, 2)
BASE = "https://casework.example.edu.cn"


@pytest.fixture(autouse=True)
def _now():
    with clock.stopped_at(OPENED):
        yield


def leave(office, who, stand_in=None, *, by=None, until=LEAVE):
    person, other = office.people[who], office.people.get(stand_in)
    with unit_of_work():
        set_absence(person, until=until, stand_in=other, actor=actor_of(office.people[by or who]))


def rows():
    return {
        (row.kind, row.person.login, row.channel, bool(row.params.get("standing_in")))
        for row in db.session.scalars(select(Message))
    }


def test_leave_is_registered_with_a_stand_in_who_is_told(office):
    leave(office, "owner", "second")
    assert (office.people["owner"].absent_until, office.people["owner"].stand_in.login) == (LEAVE, "second")
    assert rows() == {
        ("stand_in_named", "second", "inbox", False),
        ("stand_in_named", "second", "simulator", False),
    }
    [entry] = db.session.scalars(select(JournalEntry).filter_by(action="people:absence"))
    assert entry.facts == {"until": "2024-08-02", "stand_in": "second"}


def test_who_is_back_has_no_stand_in(office):
    leave(office, "owner", "second")
    leave(office, "owner", until=None)
    assert (office.people["owner"].absent_until, office.people["owner"].stand_in) == (None, None)


@pytest.mark.parametrize(
    ("until", "stand_in", "field"),
    [
        (date(2024, 7, 23), "second", "until"),
        (None, "second", "until"),
        (LEAVE, "owner", "stand_in"),
        (LEAVE, "province", "stand_in"),
        (LEAVE, "vice", "stand_in"),
        (LEAVE, "party", "stand_in"),
    ],
    ids=["past", "no leave", "oneself", "another office", "away too", "closed account"],
)
def test_who_cannot_stand_in_is_refused_and_nothing_changes(office, until, stand_in, field):
    with unit_of_work():
        office.people["vice"].absent_until, office.people["party"].active = LEAVE, False
    with pytest.raises(Invalid) as refused:
        leave(office, "owner", stand_in, until=until)
    assert set(refused.value.fields) == {field}
    assert (office.people["owner"].absent_until, office.people["owner"].stand_in) == (None, None)
    assert not rows()


@pytest.fixture
def with_clerks(office):
    with unit_of_work() as session:
        for name, place in (("clerk", office.university), ("above", office.province)):
            person = Person(login=name, name=name, email="")
            person.appointments.append(
                Appointment(organisation_id=place.id, role="administrator", since=date(2024, 1, 1))
            )
            session.add(person)
            office.people[name] = person
    return office


@pytest.mark.parametrize(
    ("who", "by", "refusal"),
    [
        ("owner", "owner", None),
        ("owner", "supervisor", None),
        ("owner", "province", None),
        ("owner", "clerk", None),
        ("vice", "clerk", None),
        ("vice", "above", None),
        ("vice", "supervisor", Forbidden),
        ("supervisor", "province", Forbidden),
        ("owner", "second", Forbidden),
        ("supervisor", "vice", Forbidden),
        ("province", "supervisor", NotFound),
        ("province", "clerk", NotFound),
    ],
)
def test_leave_is_registered_by_oneself_by_the_administrator_and_for_the_desk_by_its_supervisor(
    with_clerks, who, by, refusal
):
    if refusal is None:
        leave(with_clerks, who, by=by)
        assert with_clerks.people[who].absent_until == LEAVE
        return
    with pytest.raises(refusal):
        leave(with_clerks, who, by=by)
    assert with_clerks.people[who].absent_until is None


def test_what_is_told_goes_to_the_stand_in_and_waits_in_the_inbox_of_whoever_is_away(office):
    leave(office, "owner", "second")
    with unit_of_work():
        case = office.make_case(state="investigating")
        retime(case)
        announce("case_sent_back", to=[case.owner], subject=case, params={"case": case.number}, dedup="x")
    assert {row for row in rows() if row[0] == "case_sent_back"} == {
        ("case_sent_back", "second", "inbox", True),
        ("case_sent_back", "second", "simulator", True),
        ("case_sent_back", "owner", "inbox", False),
    }


def test_a_reminder_says_first_in_whose_place_the_reader_is(office):
    leave(office, "owner", "second")
    with unit_of_work():
        retime(office.make_case(state="investigating"))
    with clock.stopped_at(beijing(7, 24, 10, 1)), unit_of_work():
        fire_timers()
    told = {row for row in rows() if row[0] == "case_due"}
    assert told == {
        ("case_due", "second", "inbox", True),
        ("case_due", "second", "simulator", True),
        ("case_due", "owner", "inbox", False),
    }
    said = {
        row.person.login: text(row, base_url=BASE)
        for row in db.session.scalars(select(Message))
        if row.kind == "case_due"
    }
    assert said["second"].subject.startswith("【代收】")
    assert said["second"].body.startswith("您是一位休假同事登记的代理人，因此")
    assert "代理人" not in said["owner"].body


def test_a_case_whose_owner_is_away_still_needs_somebody_for_its_next_step(office):
    leave(office, "owner", "second")
    with unit_of_work():
        retime(office.make_case(state="investigating"))
        assert [found.reason.code for found in orphans(office.round)] == ["all_away"]


def test_the_digest_of_a_head_of_office_goes_to_their_stand_in(office):
    leave(office, "supervisor", "second")
    with unit_of_work():
        retime(office.make_case(state="investigating", severity="critical"))
    with clock.stopped_at(beijing(7, 30, 9)), unit_of_work():
        digest(date(2024, 7, 30))
    assert {row for row in rows() if row[0] == "digest"} == {("digest", "second", "simulator", True)}


def test_two_who_name_each_other_at_the_same_moment_are_not_both_away(app, office):
    """Without the lock on both rows each would find the other present."""
    ids = {name: office.people[name].id for name in ("owner", "second")}
    together, refused = Barrier(2), []

    def go(who, stand_in):
        with app.app_context():
            together.wait()
            try:
                with unit_of_work():
                    person, other = (db.session.get_one(Person, ids[name]) for name in (who, stand_in))
                    set_absence(person, until=LEAVE, stand_in=other, actor=actor_of(person))
            except Invalid:
                refused.append(who)
            db.session.remove()

    threads = [Thread(target=go, args=pair) for pair in (("owner", "second"), ("second", "owner"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(refused) == 1
