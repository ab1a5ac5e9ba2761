"""A look at a change shows the clocks of leads that would move, and the change moves those; a look writes nothing."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from casework import clock, working_days
from casework.db import db
from casework.deadlines import terms
from casework.deadlines.models import Timer
from casework.deadlines.terms import terms_of
from casework.doors.unit import unit_of_work
from casework.jobs.deadlines import retime_all
from casework.journal import JournalEntry
from casework.operations import reproject as reprojecting
from casework.operations.reproject import look, reproject, running
from casework.operations.reprojection_plain import plain
from casework.operations.reprojection_plain import read as recalled
from tests.casework.leads.office import read
from tests.casework.notices.office import OPENED
from workflows.access import SYSTEM


@pytest.fixture
def another_calendar(leads):
    """Return the known calendar with a day of rest more, in the week in which the leads are due."""
    known = working_days.calendar()
    year = known.years[2024]
    return known.with_year(replace(year, version="2024.99", rest=year.rest | {date(2024, 7, 26): "台风"}))


def stored():
    db.session.rollback()
    clocks = [read(number).due_at for number in NUMBERS]
    return clocks, db.session.execute(select(Timer.id, Timer.state, Timer.fire_at).order_by(Timer.id)).all()


NUMBERS = []


def test_leads_move_as_the_look_has_said_and_nobody_is_shown_those_about_a_body(leads, another_calendar, monkeypatch):
    monkeypatch.setattr(reprojecting, "AT_ONCE", 2)
    pushed = [leads.take(channel="MOE_PUSH") for _ in range(3)]
    named_day = leads.take(reply_by=date(2024, 8, 9), channel="MOE_PUSH")
    hidden = leads.take(channel="MOE_PUSH", concerns=leads.bodies["university"])
    closed = leads.take(channel="MOE_PUSH")
    leads.move(closed, "decline", reason="重复")
    with unit_of_work():
        read(closed.number).replied_upward_at = OPENED
    leads.move(closed, "confirm_decline", "colleague")
    NUMBERS[:] = [each.number for each in (*pushed, named_day, hidden, closed)]
    round_, before = leads.office.round, stored()
    with clock.stopped_at(OPENED):
        said = look(round_, terms=terms_of(round_).but(calendar=another_calendar))
        assert stored() == before
        assert running(round_) == 5
        assert [(each.number, each.kind) for each in said.moved] == [
            (each.number, "lead") for each in (*pushed, named_day)
        ]
        assert sum(row.leads for row in said.shifts) == 4
        assert hidden.number not in str(said)
        assert recalled(plain(said)) == said
        monkeypatch.setattr(terms, "calendar", lambda: another_calendar)
        with unit_of_work():
            assert reproject(round_, actor=SYSTEM) == said
    now = dict(zip(NUMBERS, stored()[0], strict=True))
    moved = {number for number, was in zip(NUMBERS, before[0], strict=True) if now[number] != was}
    assert moved == {each.number for each in (*pushed, named_day, hidden)}
    entries = db.session.scalars(select(JournalEntry).filter_by(action="deadline:move")).all()
    assert {number for entry in entries for number in entry.facts["moved"]} == moved
    with clock.stopped_at(OPENED):
        assert retime_all(round=round_.code)["leads"] == 5
