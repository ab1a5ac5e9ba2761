"""Compute every running deadline of a round anew: only to look, or to write it down; a slice at a time.

Closed cases and filed reports keep what they had. What moved is journalled for
each organisation, case by case. A slice locks its cases before it reads them, so
that nobody changes one in between, and may be a transaction of its own: whoever
goes on where the last one ended comes to the same result.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from casework import journal
from casework.asking import reaching
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.project import Projected, project_cases, project_leads, project_reports
from casework.deadlines.terms import Grounds, Terms
from casework.leads.models import Lead
from casework.leads.queries import WITHOUT_WORDS, is_open
from casework.operations.reprojection import Reprojection, Sum, number_in
from casework.operations.retime import write_down
from casework.reports.models import Report
from casework.rounds.models import Round
from workflows.access import Actor
from workflows.beijing import day_in_beijing

AT_ONCE = 500
LARGE = 2000
"""More than so many open cases, reports and leads are looked at, and written, by a job."""

_RUNNING = ("flagged", "investigating", "corrected")
CASES, REPORTS, LEADS = "cases", "reports", "leads"
BEGINNING = (CASES, 0)
Place = tuple[str, int]


SHARED = "the dates of a round hold for everything in it, whoever may change them"


@dataclass(frozen=True)
class Slice:
    """Some cases, reports or leads of a round on their ground; `after` is where the next begins, None at the end."""

    found: tuple[Projected, ...]
    after: Place | None


@reaching("cases", "leads", "reports", why=SHARED)
def look(round_: Round, *, terms: Terms, on_progress: Callable[[int], object] = lambda _done: None) -> Reprojection:
    """Return what would move and be said if these were the terms of the round; nothing is written."""
    drawn_up, grounds = Sum(), Grounds({round_.id: terms})
    for part in _slices(round_, grounds):
        for each in part.found:
            drawn_up.add(each)
        on_progress(drawn_up.looked)
    return drawn_up.total()


@reaching("cases", "leads", "reports", why=SHARED, writes=True)
def reproject(round_: Round, *, actor: Actor) -> Reprojection:
    """Write down what the stored terms of the round come to, all in this transaction; return what moved."""
    drawn_up = Sum()
    after: Place | None = BEGINNING
    while after is not None:
        part = reproject_slice(round_, after=after, actor=actor)
        for each in part.found:
            drawn_up.add(each)
        after = part.after
    return drawn_up.total()


@reaching("cases", "leads", "reports", why=SHARED, writes=True)
def reproject_slice(round_: Round, *, after: Place, actor: Actor) -> Slice:
    """Write down one slice and journal what moved in it."""
    part = _slice(round_, Grounds(), after=after, lock=True)
    write_down(part.found)
    _journal(round_, part.found, actor)
    return part


@reaching("cases", "leads", "reports", why=SHARED)
def running(round_: Round) -> int:
    """Count the open cases, unfiled reports and open leads of a round: how much work a reprojection is."""
    cases = select(func.count()).select_from(Case).where(*_open_cases(round_))
    reports = select(func.count()).select_from(Report).where(*_open_reports(round_))
    leads = select(func.count()).select_from(Lead).where(*_open_leads(round_))
    return sum(db.session.scalar(wanted) or 0 for wanted in (cases, reports, leads))


def _slices(round_: Round, grounds: Grounds) -> Iterator[Slice]:
    after: Place | None = BEGINNING
    while after is not None:
        part = _slice(round_, grounds, after=after, lock=False)
        yield part
        after = part.after


def _slice(round_: Round, grounds: Grounds, *, after: Place, lock: bool) -> Slice:
    what, last = after
    if what == CASES:
        cases = _cases(round_, last, lock=lock)
        beyond = (CASES, cases[-1].id) if len(cases) == AT_ONCE else (REPORTS, 0)
        return Slice(tuple(project_cases(cases, grounds)), beyond)
    if what == REPORTS:
        reports = _reports(round_, last, lock=lock)
        beyond = (REPORTS, reports[-1].id) if len(reports) == AT_ONCE else (LEADS, 0)
        return Slice(tuple(project_reports(reports, grounds)), beyond)
    leads = _leads(round_, last, lock=lock)
    more = (LEADS, leads[-1].id) if len(leads) == AT_ONCE else None
    return Slice(tuple(project_leads(leads, grounds)), more)


def _cases(round_: Round, last: int, *, lock: bool) -> Sequence[Case]:
    wanted = select(Case).where(*_open_cases(round_), Case.id > last).order_by(Case.id).limit(AT_ONCE)
    wanted = wanted.options(selectinload(Case.holds), selectinload(Case.organisation), selectinload(Case.owner))
    if lock:
        wanted = wanted.with_for_update(of=Case).execution_options(populate_existing=True)
    return db.session.scalars(wanted).all()


def _reports(round_: Round, last: int, *, lock: bool) -> Sequence[Report]:
    wanted = select(Report).where(*_open_reports(round_), Report.id > last).order_by(Report.id).limit(AT_ONCE)
    if lock:
        wanted = wanted.with_for_update(of=Report).execution_options(populate_existing=True)
    return db.session.scalars(wanted).all()


def _leads(round_: Round, last: int, *, lock: bool) -> Sequence[Lead]:
    wanted = select(Lead).where(*_open_leads(round_), Lead.id > last).order_by(Lead.id).limit(AT_ONCE)
    if lock:
        wanted = wanted.with_for_update(key_share=True, of=Lead).execution_options(populate_existing=True)
    return db.session.scalars(
        wanted.options(joinedload(Lead.organisation), selectinload(Lead.officer), *WITHOUT_WORDS)
    ).all()


def _open_cases(round_: Round) -> tuple:
    return Case.round_id == round_.id, Case.state.in_(_RUNNING), Case.accepted_at.is_(None)


def _open_reports(round_: Round) -> tuple:
    return Report.round_id == round_.id, Report.state != "filed"


def _open_leads(round_: Round) -> tuple:
    return Lead.round_id == round_.id, is_open()


def _journal(round_: Round, found: Sequence[Projected], actor: Actor) -> None:
    moved: dict[int, dict[str, list[str]]] = {}
    for each in found:
        if each.moved:
            days = [each.before, each.due.at if each.due else None]
            written = [day_in_beijing(at).isoformat() if at else "" for at in days]
            moved.setdefault(each.subject.organisation_id, {})[number_in(each)] = written
    for organisation_id, numbers in sorted(moved.items()):
        journal.record(
            organisation_id=organisation_id,
            action="deadline:move",
            actor=str(actor.id),
            subject=round_.code,
            facts={"moved": numbers},
        )
