"""How far the filing of a report has come: its recipients, what each answered, what the bundle still lacks.

A report is filed when every recipient of its round has receipted it. The list
reads every delivery of a page of reports at once; who a report goes to is known
from the round without asking for the organisations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, case, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from casework.asking import reaching
from casework.cases.models import Case
from casework.cases.queries import in_scope, not_about
from casework.db import db
from casework.errors import N_, Conflict
from casework.filing.models import Disposal, Filing
from casework.filing.queries import recipients_of
from casework.people.models import Organisation, Person
from casework.reports.facts import slot_names
from casework.reports.models import Report, ReportCase, Signature
from casework.reports.queries import visible_reports
from casework.rounds import settings
from workflows.access import Actor

SHOWN = ("signed", "filed")
UNSENT = ("waiting", "returned", "withdrawn")
PAPERS = (
    ("plan", N_("自查通知（方案）"), N_("自查方式、记录要求、整改要求")),
    ("records", N_("自查记录"), N_("逐件记录核查过程和结论，含个人信息")),
    ("records_sheet", N_("自查记录（表格）"), N_("同上，便于逐行核对，含个人信息")),
    ("report", N_("自查报告"), N_("情况、问题、原因、整改措施")),
    ("manifest", N_("案件清单"), N_("列入报告的每件案件及其校验值")),
)


@dataclass(frozen=True)
class Box:
    """One recipient: `waiting`, `sent`, `received`, `returned` or `withdrawn`, with the last delivery to it."""

    capacity: str
    standing: str
    delivery: Filing | None = None
    recipient: str = ""


@dataclass(frozen=True)
class Line:
    """One report of the list."""

    report: Report
    cases: int
    boxes: tuple[Box, ...]
    asks_me: bool
    unsent: bool


@dataclass(frozen=True)
class Inside:
    """A case of a report as the list shows it; without `readable` it has its number and no title."""

    position: int
    number: str
    title: str
    title_params: dict[str, object]
    state: str
    conclusion: str | None
    readable: bool


@dataclass(frozen=True)
class Part:
    """One thing that a complete bundle holds; `standing` is `done`, `need` or `wait`, `kind` names a document."""

    label: str
    standing: str
    hint: str = ""
    by: str = ""
    at: datetime | None = None
    kind: str = ""
    params: dict[str, str] = field(default_factory=dict)


def lines(actor: Actor, *, round_id: int, limit: int, before_id: int | None = None) -> list[Line]:
    """Return a page of the reports in sight that are signed or were ever delivered, newest first."""
    delivered = exists().where(Filing.report_id == Report.id)
    wanted = visible_reports(actor).where(Report.round_id == round_id, Report.state.in_(SHOWN) | delivered)
    if before_id is not None:
        wanted = wanted.where(Report.id < before_id)
    reports = db.session.scalars(wanted.limit(limit)).all()
    ids = [report.id for report in reports]
    counted = select(ReportCase.report_id, func.count()).where(ReportCase.report_id.in_(ids))
    cases = {row[0]: row[1] for row in db.session.execute(counted.group_by(ReportCase.report_id))}
    deliveries: dict[int, list[Filing]] = {}
    sent = select(Filing).where(Filing.report_id.in_(ids)).options(joinedload(Filing.recipient)).order_by(Filing.id)
    for filing in db.session.scalars(sent):
        deliveries.setdefault(filing.report_id, []).append(filing)
    return [_line(report, cases.get(report.id, 0), deliveries.get(report.id, []), actor) for report in reports]


def boxes(report: Report) -> tuple[Box, ...]:
    """Return the recipients of one report with their names and everything that was said to them."""
    wanted = select(Filing).filter_by(report_id=report.id).order_by(Filing.id)
    parts = (joinedload(Filing.recipient), selectinload(Filing.disposals).joinedload(Disposal.by))
    deliveries = db.session.scalars(wanted.options(*parts)).all()
    try:
        names = {each.capacity: each.organisation.name for each in recipients_of(report.organisation, report.round)}
    except Conflict:
        names = {}
    return _boxes(report, deliveries, names)


def earlier(report: Report) -> Sequence[Filing]:
    """Return the deliveries that count no more, oldest first."""
    wanted = select(Filing).filter_by(report_id=report.id).where(Filing.voided_at.is_not(None))
    return db.session.scalars(wanted.options(joinedload(Filing.recipient)).order_by(Filing.id)).all()


def parts(report: Report, found: Sequence[Box], slot_labels: dict[str, str]) -> list[Part]:
    """Return what the bundle holds and lacks: papers, signatures, receipts."""
    stored = {row.kind for row in report.documents}
    frozen = report.state in ("frozen", *SHOWN)
    papers = [
        Part(label, "done" if frozen and kind in stored else "need", hint, kind=kind) for kind, label, hint in PAPERS
    ]
    signed = {
        row.slot: (row, name)
        for row, name in db.session.execute(
            select(Signature, Person.name)
            .join(Person, Person.id == Signature.person_id)
            .where(Signature.report_id == report.id, Signature.lapsed_at.is_(None))
        )
    }
    for slot in slot_names(report):
        row, name = signed.get(slot, (None, ""))
        label = {"who": slot_labels.get(slot, slot)}
        papers.append(
            Part(N_("签字：%(who)s"), "done", by=name, at=row.signed_at, params=label)
            if row
            else Part(N_("签字：%(who)s"), "need", N_("等待签字"), params=label)
        )
    return papers + [_receipt_part(box) for box in found]


def may_be_withdrawn(report: Report, found: Sequence[Box]) -> bool:
    """Say whether the report is on its way and nobody holds it under a number of their own."""
    return report.state == "signed" and any(box.standing == "sent" for box in found) and not held_by(found)


def held_by(found: Sequence[Box]) -> tuple[str, ...]:
    """Return who has receipted it: from then on only that body returns it."""
    return tuple(box.recipient for box in found if box.standing == "received")


@reaching("cases", why="a report that was filed holds cases that another body works on since, and says their numbers")
def cases_of(report: Report, actor: Actor, *, after: int, limit: int) -> list[Inside]:
    """Return a page of the cases in a report, in its order, and whether this person may look into each of them."""
    wanted = (
        select(ReportCase.position, Case.number, Case.title, Case.title_params, Case.state, Case.conclusion)
        .add_columns(case((in_scope(actor), 1), else_=0).label("readable"))
        .join(Case, Case.id == ReportCase.case_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(ReportCase.report_id == report.id, ReportCase.position > after, not_about(actor.bodies))
        .order_by(ReportCase.position)
        .limit(limit)
    )
    return [_inside(row) for row in db.session.execute(wanted)]


def _inside(row: Row) -> Inside:
    told = row._asdict() | {"readable": bool(row.readable)}
    return Inside(**(told if row.readable else told | {"title": "", "title_params": {}}))


def _receipt_part(box: Box) -> Part:
    label = N_("纪检监察部门回执") if box.capacity == "discipline" else N_("上级就业工作部门回执")
    if box.standing == "received" and box.delivery:
        return Part(label, "done", box.delivery.receipt_number, by=box.delivery.receiver, at=box.delivery.receipted_at)
    hint = {"sent": N_("已送达，等待回执"), "returned": N_("已被退回")}.get(box.standing, N_("尚未报送"))
    return Part(label, "wait" if box.standing == "sent" else "need", hint)


def _line(report: Report, cases: int, deliveries: Sequence[Filing], actor: Actor) -> Line:
    mine = {held.organisation_id for held in actor.appointments}
    found = _boxes(report, deliveries, {})
    asks = any(box.standing == "sent" and box.delivery and box.delivery.recipient_id in mine for box in found)
    unsent = report.state == "signed" and any(box.standing in UNSENT for box in found)
    return Line(report, cases, found, asks, unsent)


def _boxes(report: Report, deliveries: Sequence[Filing], names: dict[str, str]) -> tuple[Box, ...]:
    last = {filing.capacity: filing for filing in deliveries}
    return tuple(
        _box(capacity, last.get(capacity), names.get(capacity, ""))
        for capacity in settings.recipients(report.round, report.organisation.kind)
    )


def _box(capacity: str, delivery: Filing | None, name: str) -> Box:
    if delivery is None:
        return Box(capacity, "waiting", None, name)
    name = delivery.recipient.name
    if delivery.returned_at is not None:
        return Box(capacity, "returned", delivery, name)
    if delivery.withdrawn_at is not None:
        return Box(capacity, "withdrawn", delivery, name)
    if delivery.voided_at is not None:
        return Box(capacity, "waiting", None, name)
    return Box(capacity, "received" if delivery.receipted_at else "sent", delivery, name)
