"""What happened to cases and reports, as others mine it: no names, no student numbers, roles instead of persons.

Everything is read in slices, so that a log of a province needs no more memory
than one of a university; and up to one moment (`Until`), so that no event speaks
of a thing that came while the log was being read. What happened to a report is
read from the journal, for a report keeps of each step the last time alone. A
registration is named by its ref, which says nothing outside of this service.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import aliased, defer, joinedload

from casework.cases.models import Case, CaseRecord, Move
from casework.db import db
from casework.intake.models import Record
from casework.journal import MAIN, JournalEntry
from casework.people.models import Appointment, Organisation, Person
from casework.reports.models import Report, ReportCase
from casework.reports.queries import number_of
from workflows.access import SYSTEM
from workflows.report import REPORT_STEPS

AT_ONCE = 500
SERVICE = "system"
DRAFTED = "draft"
REPORT_ACTIVITIES = tuple(f"report_{action}" for action in dict.fromkeys((DRAFTED, *(s.action for s in REPORT_STEPS))))
_IN_JOURNAL = {activity.replace("_", ":", 1): activity for activity in REPORT_ACTIVITIES}


@dataclass(frozen=True)
class Event:
    """One thing that happened; `person` is empty unless whoever exports may know who acted."""

    id: str
    activity: str
    at: datetime
    subject: str
    organisation: str
    from_state: str = ""
    to_state: str = ""
    role: str = ""
    person: str = ""
    about: Sequence[str] = ()  # the registrations that a case was opened about, with its first event

    @property
    def time(self) -> str:
        """Return the moment in ISO 8601, UTC."""
        return stamp(self.at)


@dataclass(frozen=True)
class Subject:
    """A thing that events are about: its attributes with the moment since which they hold, and what it belongs to."""

    id: str
    type: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    since: str = ""
    related: Sequence[tuple[str, str]] = ()  # (name of the other, what it is to this one)


@dataclass(frozen=True)
class Until:
    """Up to where a log is read: the highest ids when it was begun."""

    case: int
    record: int
    move: int
    inside: int
    entry: int


def until_now() -> Until:
    """Return how far everything has come; what comes while a log is being read belongs into the next one."""
    columns = (Case.id, CaseRecord.id, Move.id, ReportCase.id, JournalEntry.id)
    highest = (select(func.coalesce(func.max(column), 0)).scalar_subquery() for column in columns)
    return Until(*db.session.execute(select(*highest)).one())


def stamp(at: datetime) -> str:
    """Return a moment in ISO 8601, UTC, as process mining reads it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def activities(condition: ColumnElement[bool], until: Until) -> list[str]:
    """Return the names of everything that happened to these cases, in order."""
    wanted = select(Move.action).join(Case, Case.id == Move.case_id)
    wanted = wanted.where(condition, Case.id <= until.case, Move.id <= until.move).distinct()
    return sorted(db.session.scalars(wanted))


def case_events(condition: ColumnElement[bool], until: Until, *, with_persons: bool = False) -> Iterator[Event]:
    """Go through the events of these cases, case by case, in the order in which they happened."""
    roles = _roles()
    for cases in _slices(condition, until):
        numbers: Counter[int] = Counter()
        about = _about(cases, until)
        wanted = (
            select(Move.case_id, Move.at, Move.action, Move.from_state, Move.to_state, Move.by_id, Person.login)
            .outerjoin(Person, Person.id == Move.by_id)
            .where(Move.case_id.in_(list(cases)), Move.id <= until.move)
            .order_by(Move.case_id, Move.id)
        )
        for row in db.session.execute(wanted):
            case = cases[row.case_id]
            numbers[row.case_id] += 1
            yield Event(
                id=f"{case.number}.{numbers[row.case_id]}",
                activity=row.action,
                at=row.at,
                subject=case.number,
                organisation=case.organisation_code,
                from_state=row.from_state,
                to_state=row.to_state,
                role=_role(roles, row.by_id, case.organisation_id),
                person=(row.login or "") if with_persons else "",
                about=about[row.case_id] if numbers[row.case_id] == 1 else (),
            )


def report_events(condition: ColumnElement[bool], until: Until, *, with_persons: bool = False) -> Iterator[Event]:
    """Go through what was done with the reports that contain these cases, report by report, as the journal says it."""
    roles = _roles()
    for report in _reports(condition, until):
        name, place = number_of(report), report.organisation.code
        wanted = (
            select(JournalEntry.at, JournalEntry.action, JournalEntry.actor, JournalEntry.facts)
            .where(JournalEntry.organisation_id == report.organisation_id, JournalEntry.chain == MAIN)
            .where(JournalEntry.subject == name, JournalEntry.action.in_(_IN_JOURNAL))
            .where(JournalEntry.id <= until.entry)
            .order_by(JournalEntry.seq)
        )
        rows = [(row, _person(row.actor)) for row in db.session.execute(wanted)]
        logins = _logins({by for _, by in rows if by}) if with_persons else {}
        for number, (row, by) in enumerate(rows, start=1):
            yield Event(
                id=f"{name}.{number}",
                activity=_IN_JOURNAL[row.action],
                at=row.at,
                subject=name,
                organisation=place,
                from_state=row.facts.get("from", ""),
                to_state=row.facts.get("to", "" if number > 1 else DRAFTED),  # texts written again move nothing
                role=_role(roles, by, report.organisation_id),
                person=logins.get(by or 0, ""),
            )


def subjects(condition: ColumnElement[bool], until: Until) -> Iterator[Subject]:
    """Go through the things that these events are about, each once: bodies, cases, registrations, reports."""
    reports = _reports(condition, until)
    here = select(Case.organisation_id).where(condition, Case.id <= until.case)
    bodies = select(Organisation.code, Organisation.kind).where(
        or_(Organisation.id.in_(here), Organisation.id.in_({report.organisation_id for report in reports}))
    )
    for row in db.session.execute(bodies):
        yield Subject(row.code, "organisation", {"level": row.kind}, stamp(datetime.fromtimestamp(0, UTC)))
    named: set[str] = set()
    for cases in _slices(condition, until):
        about = _about(cases, until)
        for case in cases.values():
            for ref in about[case.id]:
                if ref not in named:
                    named.add(ref)
                    yield Subject(ref, "record")
            yield Subject(
                case.number,
                "case",
                {"kind": case.kind, "nature": case.nature, "origin": case.origin, "severity": case.severity},
                stamp(case.opened_at),
                [(case.organisation_code, "handled by"), *((ref, "about") for ref in about[case.id])],
            )
    for report in reports:
        inside = select(Case.number).join(ReportCase, ReportCase.case_id == Case.id)
        inside = inside.where(ReportCase.report_id == report.id, ReportCase.id <= until.inside)
        inside = inside.where(condition, Case.id <= until.case)
        related = [(report.organisation.code, "made by")]
        related += [(number, "contains") for number in db.session.scalars(inside.order_by(Case.id))]
        yield Subject(number_of(report), "report", {}, stamp(report.drafted_at), related)


def _slices(condition: ColumnElement[bool], until: Until) -> Iterator[dict[int, Row]]:
    """Go through the cases by id, some hundred at a time, with what is told of them."""
    own = aliased(Organisation)
    columns = (Case.id, Case.number, Case.organisation_id, own.code.label("organisation_code"))
    told = (Case.kind, Case.nature, Case.origin, Case.severity, Case.opened_at)
    wanted = select(*columns, *told).join(own, own.id == Case.organisation_id).where(condition, Case.id <= until.case)
    last = 0
    while rows := db.session.execute(wanted.where(Case.id > last).order_by(Case.id).limit(AT_ONCE)).all():
        yield {row.id: row for row in rows}
        last = rows[-1].id


def _about(case_ids: Iterable[int], until: Until) -> dict[int, list[str]]:
    """Return the refs of the registrations that each case is about."""
    found: dict[int, list[str]] = defaultdict(list)
    wanted = select(CaseRecord.case_id, Record.ref).join(Record, Record.id == CaseRecord.record_id)
    wanted = wanted.where(CaseRecord.case_id.in_(list(case_ids)), CaseRecord.id <= until.record)
    for row in db.session.execute(wanted.order_by(CaseRecord.id)):
        found[row.case_id].append(row.ref)
    return found


def _reports(condition: ColumnElement[bool], until: Until) -> Sequence[Report]:
    inside = select(ReportCase.report_id).join(Case, Case.id == ReportCase.case_id)
    inside = inside.where(condition, Case.id <= until.case, ReportCase.id <= until.inside)
    wanted = select(Report).where(Report.id.in_(inside)).order_by(Report.id)
    bare = (defer(Report.snapshot), defer(Report.manifest))  # what a report says is long, and said to nobody here
    return db.session.scalars(wanted.options(joinedload(Report.organisation), joinedload(Report.round), *bare)).all()


def _person(actor: str) -> int | None:
    """Return whom an entry of the journal names, None for the service."""
    return int(actor) if actor.isdigit() and int(actor) != SYSTEM.id else None


def _logins(ids: Iterable[int]) -> dict[int, str]:
    return {row.id: row.login for row in db.session.execute(select(Person.id, Person.login).where(Person.id.in_(ids)))}


def _roles() -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    wanted = select(Appointment.person_id, Appointment.organisation_id, Appointment.role).order_by(Appointment.id)
    for row in db.session.execute(wanted):
        found[row.person_id].append((row.organisation_id, row.role))
    return found


def _role(roles: Mapping[int, Sequence[tuple[int, str]]], person_id: int | None, organisation_id: int) -> str:
    """Return the role in which somebody acts for a body: the one that they hold there, else their first."""
    if person_id is None:
        return SERVICE
    held = roles.get(person_id, ())
    return next((role for place, role in held if place == organisation_id), held[0][1] if held else "")
