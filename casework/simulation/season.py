"""A whole season in simulated time: the real operations and jobs, day by day, with every invariant asked each night."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select

from casework import clock, working_days
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import answers, campaigns, deadlines, overdue
from casework.jobs.delivery import call_once
from casework.notices.invariants import INVARIANTS
from casework.notices.invariants.fact import Ground, ask
from casework.notices.ways import manners
from casework.operations.sweep import apply_receipts, land_receipts, sweep
from casework.simulation import august, office, told, told_outside
from casework.simulation.behaviour import OPEN, Staff
from casework.simulation.carrier import CalmCarrier
from casework.simulation.cohort import Cohort
from casework.simulation.installation import temporary_installation
from casework.simulation.lead_desk import LeadDesk
from casework.simulation.plan import Plan

BASE = "https://rehearsal.example"
GATHERING = timedelta(minutes=2)
"""After what was said, until what gathers has left."""
TURNS = ((10, 40), (10, 50), (11, 0))
"""When the campaign goes on, on a day with a wave: those who go first, the judgement of them, and the rest."""


@dataclass(frozen=True)
class Season:
    """What a rehearsal has shown: every line, the sums, and what did not hold, by day."""

    lines: tuple[told.Line, ...]
    sums: told.Sums
    august: told_outside.August
    leads: told_outside.LeadsTold
    broken: tuple[tuple[date, str, int], ...]


@dataclass
class _Course:
    plan: Plan
    staff: Staff
    cohort: Cohort
    lead_desk: LeadDesk
    carrier: CalmCarrier = field(default_factory=CalmCarrier)
    late: set[int] = field(default_factory=set)
    broken: list[tuple[date, str, int]] = field(default_factory=list)


def play(plan: Plan, *, on_day: Callable[[date], None] = lambda _day: None) -> Season:
    """Play a plan from its first to its last day; the same plan gives the same season.

    `on_day` hears of each day that is over. Nothing of the office's own is read or written.
    """
    with temporary_installation():
        course = _Course(
            plan,
            Staff(plan.people, _dice(plan.seed)),
            Cohort(plan.graduates, _dice(f"graduates {plan.seed}")),
            LeadDesk(plan.leads, _dice(f"leads {plan.seed}")),
        )
        day = plan.begin
        with _moment(day, 0, 1):
            office.found_university(plan)
            course.cohort.register(plan)
            course.lead_desk.expect(plan)
        while day <= plan.end:
            _day(course, day)
            on_day(day)
            day += timedelta(days=1)
        said = told.lines()
        sums = told.sums(said, cases=_count(), finished=_count(Case.accepted_at.is_not(None)), late=len(course.late))
        return Season(said, sums, told_outside.august(), told_outside.leads(), tuple(course.broken))


def _dice(seed: int | str) -> random.Random:
    """Return dice that are thrown alike each time; each part of a rehearsal has its own and disturbs no other."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret with them


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
            course.staff.take_on(office.share_out_answers())
            course.lead_desk.take_in(course.plan)
            august.prepare(course.plan)
        _work(course, day, 10)
    _remind(course, day)
    if at_work:
        _work(course, day, 15)
    with _moment(day, 20, 30):
        answered = course.cohort.answer()
    if answered:  # a case may be late for something on the day on which it is opened
        _speak(course, day, (20, 40), deadlines.fire)
    with _moment(day, 21, 0):
        _look_after(course)
        if august.speaks():
            campaigns.look()
    with _moment(day, 23, 59):
        course.late |= _late()
        _ask(course, day)


def _work(course: _Course, day: date, hour: int) -> None:
    with _moment(day, hour, 0):
        course.staff.work()
        course.lead_desk.work()
    _speak(course, day, (hour, 30), deadlines.fire)


def _speak(course: _Course, day: date, hour: tuple[int, int], job: Callable[[], object]) -> None:
    with _moment(day, *hour):
        job()
    with clock.stopped_at(_at(day, *hour) + GATHERING):
        while call_once(course.carrier, base_url=BASE) is not None:
            pass


def _remind(course: _Course, day: date) -> None:
    """Let the campaign go on as long as a wave is due or on its way."""
    for hour, minute in TURNS:
        with _moment(day, hour, minute):
            if not august.under_way():
                return
        _speak(course, day, (hour, minute), august.carry_on)
        with _moment(day, hour, minute + 4):
            _look_after(course)


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


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Case).where(*conditions)) or 0


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.BEIJING)


def _moment(day: date, hour: int, minute: int) -> AbstractContextManager[None]:
    return clock.stopped_at(_at(day, hour, minute))
