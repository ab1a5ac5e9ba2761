"""What stands in a person's calendar: the deadlines of their cases, and for heads of office those of the whole.

An entry bears a number and a step, never a subject: calendars are shared, shown
on walls and kept by companies. Its identity is that of the matter and not of the
date, so a moved deadline moves the entry.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework import clock
from casework.cases.models import Case
from casework.cases.queries import not_about
from casework.db import db
from casework.deadlines.queries import report_clock, running_stage
from casework.errors import N_
from casework.operations.retime_report import due_of
from casework.people.actors import actor_of, path_of
from casework.people.models import Appointment, Organisation, Person
from casework.reports.models import Report
from casework.reports.queries import number_of
from casework.rounds import queries as rounds
from casework.sealing import ring
from workflows.case import BEING_WORKED

HEADS = frozenset({"supervisor", "vice_leader", "party_leader", "admin_leader"})
MOST = 2000
STEPS: Mapping[str, str] = {
    "begin": N_("开始核查"),
    "conclude": N_("提出核查结论"),
    "sign": N_("签字"),
    "file": N_("备案"),
}


@dataclass(frozen=True)
class Entry:
    """One whole day: what ends on it, in words to be translated, and where to go."""

    uid: str
    on: date
    words: str
    path: str
    changed_at: datetime
    version: int = 0
    params: Mapping[str, object] = field(default_factory=dict)


def agenda(person: Person) -> tuple[Entry, ...]:
    """Return what ends when for this person, earliest first."""
    found = [*_cases(person)]
    for organisation in _headed(person):
        found += [*_reports(organisation), *_dates(organisation)]
    one_each = {entry.uid: entry for entry in found}
    return tuple(sorted(one_each.values(), key=lambda entry: (entry.on, entry.uid)))


def _cases(person: Person) -> Iterator[Entry]:
    own = select(Case).where(Case.owner_id == person.id, not_about(actor_of(person).bodies))
    own = own.where(Case.state.in_(BEING_WORKED), Case.due_at.is_not(None))
    for case in db.session.scalars(own.order_by(Case.due_at, Case.id).limit(MOST)):
        yield Entry(
            uid=_uid("case", case.number),
            on=_day(case.due_at),
            words=N_("案件%(number)s：%(step)s"),
            path=f"/cases/{case.number}",
            changed_at=case.state_since,
            version=case.version,
            params={"number": case.number, "step": STEPS.get(running_stage(case) or "", "")},
        )


def _reports(organisation: Organisation) -> Iterator[Entry]:
    waiting = select(Report).where(Report.organisation_id == organisation.id, Report.state != "filed")
    for report in db.session.scalars(waiting.options(joinedload(Report.round)).order_by(Report.id)):
        due = due_of(report) if report.round.closed_at is None else None
        if due is None:
            continue
        yield Entry(
            uid=_uid("report", report.ref),
            on=_day(due.at),
            words=N_("自查报告%(number)s：%(step)s"),
            path=f"/reports/{report.ref}",
            changed_at=report.drafted_at,
            version=report.version,
            params={"number": number_of(report), "step": STEPS[report_clock(report) or "file"]},
        )


def _dates(organisation: Organisation) -> Iterator[Entry]:
    for round_ in rounds.open_rounds():
        for row in rounds.dates_for(round_.id, path_of(organisation)):
            yield Entry(
                uid=_uid("date", f"{round_.code}:{row.level}:{row.organisation_id or 0}"),
                on=row.on,
                words=N_("%(cohort)s届%(label)s截止"),
                path="/reports",
                changed_at=round_.opened_at,
                params={"cohort": round_.cohort, "label": row.label},
            )


def _headed(person: Person) -> list[Organisation]:
    today = clock.today()
    held = select(Organisation).join(Appointment, Appointment.organisation_id == Organisation.id)
    held = held.where(Appointment.person_id == person.id, Appointment.role.in_(HEADS), Appointment.since <= today)
    held = held.where(Appointment.until.is_(None) | (Appointment.until >= today)).order_by(Organisation.id)
    return list(db.session.scalars(held).unique())


def _uid(sort: str, name: str) -> str:
    """Return a name that stays, that no other installation has, and that tells nobody anything."""
    return f"{ring().index('calendar', f'{sort}:{name}')}@casework"


def _day(moment: datetime | None) -> date:
    if moment is None:
        raise ValueError("an entry without a date")
    return moment.astimezone(clock.BEIJING).date()
