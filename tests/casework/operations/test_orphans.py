from datetime import date

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Message
from casework.operations.orphans import orphans
from casework.operations.retime import retime
from tests.casework.notices.office import OPENED, beijing


def look(office, moment=OPENED):
    with clock.stopped_at(moment), unit_of_work():
        return [(found.reason.code, found.told_role) for found in orphans(office.round)]


def absent(person):
    person.absent_until = date(2024, 8, 31)


def make(office, **values):
    with clock.stopped_at(OPENED), unit_of_work():
        case = office.make_case(**values)
        retime(case)
    return case


@pytest.mark.parametrize(
    ("values", "away", "expected"),
    [
        ({}, [], []),
        ({}, ["owner"], [("all_away", "supervisor")]),
        ({"owner": None}, ["owner"], []),
        ({"owner": None}, ["owner", "second"], [("all_away", "supervisor")]),
        ({"state": "corrected"}, ["owner"], []),
        ({"state": "corrected"}, ["supervisor"], [("all_away", "vice_leader")]),
        ({"state": "corrected"}, ["supervisor", "vice", "party", "admin"], [("all_away", "level_above")]),
        ({"state": "filed"}, ["owner"], []),
    ],
)
def test_an_open_case_is_an_orphan_when_nobody_present_could_take_its_next_step(office, values, away, expected):
    make(office, **values)
    with unit_of_work():
        for name in away:
            absent(office.people[name])
    assert look(office) == expected


def test_a_reviewer_who_owns_the_case_is_nobody_for_its_review(office):
    make(office, state="corrected", owner=office.people["supervisor"])
    assert look(office) == [("all_conflicted", "supervisor")]


def test_it_is_said_once_a_day_and_inside_only(office):
    make(office)
    with unit_of_work():
        office.people["owner"].active = False
    look(office)
    look(office)
    look(office, beijing(7, 25))
    rows = db.session.scalars(select(Message)).all()
    assert [(row.kind, row.person.login, row.channel) for row in rows] == [("case_orphaned", "supervisor", "inbox")] * 2
