from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Case, Hold
from casework.db import db
from casework.deadlines.models import Press
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden
from casework.notices.models import Message
from casework.operations.digest import digest
from casework.operations.fire_timers import fire_timers
from casework.operations.raise_case import raise_case
from casework.operations.retime import retime
from casework.people.actors import actor_of
from casework.people.models import Person
from tests.casework.notices.office import OPENED, beijing

DAY = beijing(8, 1, 10)
LATE = beijing(7, 31, 23, 59)


@pytest.fixture
def case(office):
    with unit_of_work():
        return office.make_case(due_at=LATE, due_clock="conclude", state="investigating")


def up(office, case, moment=DAY, *, by="supervisor", note=""):
    with clock.stopped_at(moment), unit_of_work():
        actor = actor_of(db.session.get_one(Person, office.people[by].id))
        return raise_case(db.session.get_one(Case, case.id), actor=actor, note=note)


def heard():
    rows = select(Message).filter_by(kind="case_escalated").order_by(Message.id)
    return [(row.person.login, row.params["role"], row.channel) for row in db.session.scalars(rows)]


def test_a_supervisor_raises_to_the_level_above_themselves(office, case):
    assert up(office, case).roles == ("vice_leader",)
    assert heard() == [("vice", ["vice_leader"], "inbox")]


def test_day_by_day_it_climbs_to_the_top_and_then_nobody_is_left(office, case):
    days = [DAY, beijing(8, 2, 10), beijing(8, 5, 10)]
    assert [up(office, case, day).roles for day in days] == [
        ("vice_leader",),
        ("party_leader", "admin_leader"),
        ("level_above",),
    ]
    with pytest.raises(Conflict) as refused:
        up(office, case, beijing(8, 6, 10))
    assert refused.value.code == "nobody_above"


def test_who_has_heard_by_the_ladder_is_not_told_again(office):
    with clock.stopped_at(OPENED), unit_of_work():
        case = office.make_case(state="investigating")
        retime(case)
    for moment in (beijing(8, 1, 8, 31), beijing(8, 2, 8, 31)):
        with clock.stopped_at(moment), unit_of_work():
            fire_timers()
    assert {role for _, roles, _ in heard() for role in roles} == {"supervisor", "vice_leader"}
    assert up(office, case, beijing(8, 2, 10)).roles == ("party_leader", "admin_leader")


def test_the_province_starts_with_whoever_has_not_heard(office, case):
    assert up(office, case, by="province").roles == ("supervisor",)


def test_an_unfilled_level_is_passed_over(office, case):
    with unit_of_work():
        office.people["vice"].absent_until = date(2024, 8, 31)
    assert up(office, case).roles == ("party_leader", "admin_leader")


def test_it_leaves_the_house_as_a_line_of_the_digest(office, case):
    up(office, case)
    with clock.stopped_at(beijing(8, 2, 9)), unit_of_work():
        digest(date(2024, 8, 2))
    row = db.session.scalars(select(Message).filter_by(kind="digest", person_id=office.people["vice"].id)).one()
    assert (row.channel, row.params["escalated"]) == ("simulator", 1)


def test_once_a_day_and_the_second_hears_who_was_first(office, case):
    up(office, case, note="材料已齐，请协调")
    with pytest.raises(Conflict) as refused:
        up(office, case, beijing(8, 1, 17), by="province")
    assert (refused.value.code, refused.value.params) == ("said_today", {"name": "supervisor", "hour": "10:00"})
    assert db.session.query(Press).count() == 1
    moves = [(move.action, move.params, move.words) for move in db.session.get_one(Case, case.id).moves]
    assert moves == [("raise", {"roles": ["vice_leader"]}, "材料已齐，请协调")]


def on_hold(office, case):
    case.holds = [
        Hold(
            reason="等复函",
            until_on=date(2024, 8, 9),
            asked_at=OPENED,
            approved_at=OPENED,
            asked_by=office.people["owner"],
        )
    ]


def stand(**values):
    return lambda _, case: [setattr(case, name, value) for name, value in values.items()]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (on_hold, "on_hold"),
        (stand(due_at=DAY + timedelta(hours=1)), "not_late"),
        (stand(due_at=None), "not_late"),
        (stand(state="corrected", accepted_at=OPENED), "not_running"),
        (stand(state="merged"), "not_running"),
        (stand(state="filed"), "not_running"),
        (stand(origin="history"), "history"),
    ],
)
def test_what_may_not_remind_is_not_raised(office, case, change, code):
    with unit_of_work():
        change(office, db.session.get_one(Case, case.id))
    with pytest.raises(Conflict) as refused:
        up(office, case)
    assert refused.value.code == code
    assert (heard(), db.session.query(Press).count()) == ([], 0)


def test_nothing_is_raised_on_a_day_of_rest(office, case):
    with pytest.raises(Conflict) as refused:
        up(office, case, beijing(8, 3, 10))
    assert refused.value.code == "day_of_rest"


@pytest.mark.parametrize("by", ["owner", "vice"])
def test_owners_and_leaders_do_not_raise(office, case, by):
    with pytest.raises(Forbidden):
        up(office, case, by=by)
    assert heard() == []
