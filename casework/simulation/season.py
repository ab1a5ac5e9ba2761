"""A whole season in simulated time: the real operations and jobs, day by day, with every invariant asked each night."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from casework import clock, working_days
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import answers, deadlines, overdue
from casework.jobs.delivery import call_once
from casework.notices.invariants import INVARIANTS
from casework.notices.invariants.fact import Ground, ask
from casework.notices.ways import manners
from casework.operations.sweep import apply_receipts, land_receipts, sweep
from casework.simulation import office, told
from casework.simulation.behaviour import OPEN, Staff
from casework.simulation.carrier import CalmCarrier
from casework.simulation.installation import temporary_installation
from casework.simulation.plan import Plan

BASE = "https://rehearsal.example"
GATHERING = timedelta(minutes=2)
"""After what was said, until what gathers has left."""


@dataclass(frozen=True)
class Season:
    """What a rehearsal has shown: every line, the sums, and what did not hold, by day."""

    lines: tuple[told.Line, ...]
    sums: told.Sums
    broken: tuple[tuple[date, str, int], ...]


@dataclass
class _Course:
    plan: Plan
    staff: Staff
    carrier: CalmCarrier = field(default_factory=CalmCarrier)
    late: set[int] = field(default_factory=set)
    broken: list[tuple[date, str, int]] = field(default_factory=list)


def play(plan: Plan, *, on_day: Callable[[date], None] = lambda _day: None) -> Season:
    """Play a plan from its first to its last day; the same plan gives the same season.

    `on_day` hears of each day that is over. Nothing of the office's own is read or written.
    """
    with temporary_installation():
        dice = random.Random(plan.seed)  # noqa: S311 - the dice of a rehearsal, thrown alike each time
        course = _Course(plan, Staff(plan.people, dice))
        day = plan.begin
        with _moment(day, 0, 1):
            office.found_university(plan)
        while day <= plan.end:
            _day(course, day)
            on_day(day)
            day += timedelta(days=1)
        said = told.lines()
        sums = told.sums(said, cases=plan.cases, finished=_finished(), late=len(course.late))
        return Season(said, sums, tuple(course.broken))


def _day(course: _Course, day: date) -> None:
    at_work = working_days.calendar().working_day(day)
    with _moment(day, 0, 5):
        deadlines.retime_all()
    with _moment(day, 8, 10):
        answers.wrong_information()
    with _moment(day, 8, 20):
        deadlines.orphans()
    _speak(course, day, (8, 30), deadlines.fire)
    with _moment(day, 8, 40):
        overdue.warn_pace()
    _speak(course, day, (9, 0), deadlines.digest)
    if at_work:
        with _moment(day, 9, 10):
            course.staff.take_on(office.open_wave(course.plan, dice=course.staff.dice))
        for hour in (10, 15):
            with _moment(day, hour, 0):
                course.staff.work()
            _speak(course, day, (hour, 30), deadlines.fire)
    with _moment(day, 21, 0):
        _look_after(course)
    with _moment(day, 23, 59):
        course.late |= _late()
        _ask(course, day)


def _speak(course: _Course, day: date, hour: tuple[int, int], job: Callable[[], object]) -> None:
    with _moment(day, *hour):
        job()
    with clock.stopped_at(_at(day, *hour) + GATHERING):
        while call_once(course.carrier, base_url=BASE) is not None:
            pass


def _look_after(course: _Course) -> None:
    """Do what the sweeper does: take receipts, put back what hangs."""
    with unit_of_work():
        sweep()
        reports = ((each.ref, each.provider_id, each.status) for each in course.carrier.receipts())
        land_receipts(course.carrier.code, reports)
    with unit_of_work():
        while apply_receipts():
            pass


def _ask(course: _Course, day: date) -> None:
    facts = ask(INVARIANTS, Ground(now=clock.now(), log=course.carrier.log, manners=manners()))
    db.session.remove()
    course.broken += [(day, fact.invariant.code, len(fact.offenders)) for fact in facts if not fact.held]


def _late() -> set[int]:
    past = select(Case.id).where(Case.state.in_(OPEN), Case.accepted_at.is_(None), Case.due_at < clock.now())
    return set(db.session.scalars(past))


def _finished() -> int:
    return db.session.scalar(select(func.count()).select_from(Case).where(Case.accepted_at.is_not(None))) or 0


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.BEIJING)


def _moment(day: date, hour: int, minute: int) -> AbstractContextManager[None]:
    return clock.stopped_at(_at(day, hour, minute))
