"""What happened to cases and reports, as others mine it: no names, no student numbers, roles instead of persons.

Everything is read in slices, so that a log of a province needs no more memory
than one of a university. A registration is named by its ref alone, which says
nothing outside of this service.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import aliased, joinedload

from casework.cases.models import Case, CaseRecord, Move
from casework.db import db
from casework.intake.models import Record
from casework.people.models import Appointment, Organisation, Person
from casework.reports.models import Report, ReportCase
from casework.reports.queries import number_of

AT_ONCE = 500
SERVICE = "system"
REPORT_STEPS = (("report_freeze", "frozen_at"), ("report_sign", "signed_at"), ("report_file", "filed_at"))


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


def stamp(at: datetime) -> str:
    """Return a moment in ISO 8601, UTC, as process mining reads it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def activities(condition: ColumnElement[bool]) -> list[str]:
    """Return the names of everything that happened to these cases, in order."""
    wanted = select(Move.action).join(Case, Case.id == Move.case_id).where(condition).distinct()
    return sorted(db.session.scalars(wanted))


def case_events(condition: ColumnElement[bool], *, with_persons: bool = False) -> Iterator[Event]:
    """Go through the events of these cases, case by case, in the order in which they happened."""
    roles = _roles()
    for cases in _slices(condition):
        numbers: Counter[int] = Counter()
        about = _about(cases)
        wanted = (
            select(Move.case_id, Move.at, Move.action, Move.from_state, Move.to_state, Move.by_id, Person.login)
            .outerjoin(Person, Person.id == Move.by_id)
            .where(Move.case_id.in_(list(cases)))
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


def report_events(condition: ColumnElement[bool]) -> Iterator[Event]:
    """Go through what was done with the reports that contain these cases."""
    for report in _reports(condition):
        name = number_of(report)
        for activity, moment in REPORT_STEPS:
            at = getattr(report, moment)
            if at is not None:
                yield Event(f"{name}.{activity}", activity, at, name, report.organisation.code, role=SERVICE)


def subjects(condition: ColumnElement[bool]) -> Iterator[Subject]:
    """Go through the things that these events are about, each once: bodies, cases, registrations, reports."""
    here = select(Case.organisation_id).where(condition)
    for row in db.session.execute(select(Organisation.code, Organisation.kind).where(Organisation.id.in_(here))):
        yield Subject(row.code, "organisation", {"level": row.kind}, stamp(datetime.fromtimestamp(0, UTC)))
    named: set[str] = set()
    for cases in _slices(condition):
        about = _about(cases)
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
    for report in _reports(condition):
        inside = select(Case.number).join(ReportCase, ReportCase.case_id == Case.id)
        numbers = db.session.scalars(inside.where(ReportCase.report_id == report.id, condition).order_by(Case.id))
        related = [(report.organisation.code, "made by"), *((number, "contains") for number in numbers)]
        yield Subject(number_of(report), "report", {}, stamp(report.drafted_at), related)


def _slices(condition: ColumnElement[bool]) -> Iterator[dict[int, Row]]:
    """Go through the cases by id, some hundred at a time, with what is told of them."""
    own = aliased(Organisation)
    columns = (Case.id, Case.number, Case.organisation_id, own.code.label("organisation_code"))
    told = (Case.kind, Case.nature, Case.origin, Case.severity, Case.opened_at)
    wanted = select(*columns, *told).join(own, own.id == Case.organisation_id).where(condition).order_by(Case.id)
    last = 0
    while rows := db.session.execute(wanted.where(Case.id > last).limit(AT_ONCE)).all():
        yield {row.id: row for row in rows}
        last = rows[-1].id


def _about(case_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the refs of the registrations that each case is about."""
    found: dict[int, list[str]] = defaultdict(list)
    wanted = select(CaseRecord.case_id, Record.ref).join(Record, Record.id == CaseRecord.record_id)
    for row in db.session.execute(wanted.where(CaseRecord.case_id.in_(list(case_ids))).order_by(CaseRecord.id)):
        found[row.case_id].append(row.ref)
    return found


def _reports(condition: ColumnElement[bool]) -> Sequence[Report]:
    inside = select(ReportCase.report_id).join(Case, Case.id == ReportCase.case_id).where(condition)
    wanted = select(Report).where(Report.id.in_(inside)).order_by(Report.id)
    return db.session.scalars(wanted.options(joinedload(Report.organisation), joinedload(Report.round))).all()


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
