"""Compute every running deadline of a round anew: only to look, or to write it down; a slice at a time.

Closed cases and filed reports keep what they had. What moved is journalled for
each organisation, case by case. A slice locks its cases before it reads them, so
that nobody changes one in between, and may be a transaction of its own: whoever
goes on where the last one ended comes to the same result.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from casework import journal
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.project import Projected, project_cases, project_reports
from casework.deadlines.terms import Grounds, Terms
from casework.operations.reprojection import Reprojection, Sum, number_in
from casework.operations.retime import write_down
from casework.reports.models import Report
from casework.rounds.models import Round
from workflows.access import Actor
from workflows.beijing import day_in_beijing

AT_ONCE = 500
LARGE = 2000
"""More than so many open cases and reports are looked at, and written, by a job."""

_RUNNING = ("flagged", "investigating", "corrected")
CASES, REPORTS = "cases", "reports"
BEGINNING = (CASES, 0)
Place = tuple[str, int]


@dataclass(frozen=True)
class Slice:
    """Some cases or reports of a round on their ground; `after` is where the next begins, None at the end."""

    found: tuple[Projected, ...]
    after: Place | None


def look(round_: Round, *, terms: Terms, on_progress: Callable[[int], object] = lambda _done: None) -> Reprojection:
    """Return what would move and be said if these were the terms of the round; nothing is written."""
    drawn_up, grounds = Sum(), Grounds({round_.id: terms})
    for part in _slices(round_, grounds):
        for each in part.found:
            drawn_up.add(each)
        on_progress(drawn_up.looked)
    return drawn_up.total()


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


def reproject_slice(round_: Round, *, after: Place, actor: Actor) -> Slice:
    """Write down one slice and journal what moved in it."""
    part = _slice(round_, Grounds(), after=after, lock=True)
    write_down(part.found)
    _journal(round_, part.found, actor)
    return part


def running(round_: Round) -> int:
    """Count the open cases and unfiled reports of a round: how much work a reprojection is."""
    cases = select(func.count()).select_from(Case).where(*_open_cases(round_))
    reports = select(func.count()).select_from(Report).where(*_open_reports(round_))
    return (db.session.scalar(cases) or 0) + (db.session.scalar(reports) or 0)


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
    reports = _reports(round_, last, lock=lock)
    more = (REPORTS, reports[-1].id) if len(reports) == AT_ONCE else None
    return Slice(tuple(project_reports(reports, grounds)), more)


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


def _open_cases(round_: Round) -> tuple:
    return Case.round_id == round_.id, Case.state.in_(_RUNNING), Case.accepted_at.is_(None)


def _open_reports(round_: Round) -> tuple:
    return Report.round_id == round_.id, Report.state != "filed"


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
