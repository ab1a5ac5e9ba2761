from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Message
from casework.notices.words import text
from casework.operations.digest import digest
from casework.operations.warn_pace import levels, warn_pace
from casework.people.models import Organisation
from casework.rounds.models import Round
from tests.casework.notices.office import beijing

FIRST = date(2024, 7, 19)  # a Friday; the university's date is Monday 5 August
WORKED = [date(2024, 7, day) for day in (22, 23, 24, 25, 26, 29, 30, 31)]


def work(office, *, left, a_day=1):
    """Open everything on the first day, close some on every working day, leave some open."""
    opened = beijing(7, 19)
    with unit_of_work():
        db.session.get_one(Organisation, office.university.id).name = "岭川大学"
        for day in WORKED:
            for _ in range(a_day):
                moment = datetime.combine(day, time(15), clock.BEIJING)
                office.make_case(opened_at=opened, state="corrected", accepted_at=moment)
        for _ in range(left):
            office.make_case(opened_at=opened, due_at=beijing(8, 20))


def warn(office, moment):
    with clock.stopped_at(moment), unit_of_work():
        return warn_pace(db.session.get_one(Round, office.round.id))


def told():
    rows = select(Message).filter_by(kind="work_behind").order_by(Message.id)
    return [(row.person.login, row.channel) for row in db.session.scalars(rows)]


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (11, ()),
        (10, (("supervisor",),)),
        (6, (("supervisor",),)),
        (5, (("supervisor",), ("vice_leader",))),
        (2, (("supervisor",), ("vice_leader",), ("party_leader", "admin_leader"))),
        (0, (("supervisor",), ("vice_leader",), ("party_leader", "admin_leader"))),
    ],
)
def test_the_nearer_the_date_the_higher_it_climbs(left, expected):
    assert levels(left) == expected


def test_work_that_will_be_late_is_told_before_the_date(office):
    work(office, left=30)
    found = warn(office, beijing(8, 1, 8, 40))  # three working days are left, today and Monday included
    assert [(each.outlook.days_left, each.outlook.left, each.roles) for each in found] == [
        (3, 27, ("supervisor", "vice_leader"))
    ]
    assert told() == [("supervisor", "inbox"), ("vice", "inbox")]


def test_on_the_last_days_the_leaders_hear(office):
    work(office, left=30)
    warn(office, beijing(8, 2, 8, 40))
    assert {login for login, _ in told()} == {"supervisor", "vice", "party", "admin"}


def test_it_is_said_once_a_day(office):
    work(office, left=30)
    for minute in (40, 41, 59):
        warn(office, beijing(8, 1, 8, minute))
    assert len(told()) == 2
    warn(office, beijing(8, 2, 8, 40))
    assert len(told()) == 6


@pytest.mark.parametrize("left", [0, 3])
def test_work_that_will_be_done_is_not_spoken_of(office, left):
    work(office, left=left)
    assert warn(office, beijing(8, 1, 8, 40)) == []
    assert told() == []


def test_nobody_hears_on_a_day_of_rest(office):
    work(office, left=30)
    assert warn(office, beijing(8, 3, 8, 40)) == []


def test_nobody_hears_when_the_date_is_far_or_has_passed(office):
    work(office, left=400)
    assert warn(office, beijing(7, 22, 8, 40)) == []
    assert warn(office, beijing(8, 6, 8, 40)) == []


def test_an_empty_level_is_spoken_for_by_the_next_one(office):
    work(office, left=30)
    with unit_of_work():
        office.people["supervisor"].absent_until = date(2024, 8, 31)
    warn(office, beijing(8, 1, 8, 40))
    assert told() == [("vice", "inbox")]


def test_it_leaves_the_house_in_the_digest_and_leads_to_the_board(office):
    work(office, left=30)
    warn(office, beijing(8, 1, 8, 40))
    with clock.stopped_at(beijing(8, 1, 9)), unit_of_work():
        digest(date(2024, 8, 1))
    digests = db.session.scalars(select(Message).filter_by(kind="digest")).all()
    assert {(row.person.login, row.params["escalated"]) for row in digests} >= {("vice", 1), ("supervisor", 1)}
    row = db.session.scalars(select(Message).filter_by(kind="work_behind")).first()
    said = text(row, base_url="https://x.example")
    assert "30件" in said.body
    assert said.links == ("https://x.example/overdue",)


def test_what_was_opened_at_once_does_not_count_as_work_undone(office):
    """A naive pace of net closings, the opening day among them, would warn of a house that is on its way."""
    work(office, left=3, a_day=5)
    nets = [5 - (43 if day == FIRST else 0) for day in (FIRST, *WORKED[:6])]
    assert sum(nets) < 0
    assert warn(office, beijing(8, 1, 8, 40)) == []
