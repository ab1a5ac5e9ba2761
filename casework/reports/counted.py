"""The graduates behind the figures of a report: counted and listed by the same statements.

A figure and the list behind it can only agree if one statement says who belongs
to it. For a report that is frozen the statement looks at each registration as it
stood at that moment: imports add revisions and overwrite none.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from casework.db import db
from casework.errors import N_, Invalid
from casework.intake.answers import standing
from casework.intake.models import Batch, Confirmation, Record, Revision
from casework.intake.queries import STATUS
from casework.people import queries as people
from casework.reports.figures import CONFIRMED, UNCONFIRMED
from casework.reports.models import Report
from casework.reports.rates import FAMILY


def destinations(report: Report, *, at: datetime | None = None) -> dict[str, int]:
    """Return how many graduates of the organisation and everything below it are registered under each code."""
    counted = _registered(report, at).with_only_columns(
        Revision.destination_code.label("code"), func.count().label("n")
    )
    grouped = counted.group_by(Revision.destination_code).order_by(Revision.destination_code)
    return {row.code: row.n for row in db.session.execute(grouped)}


def confirmations(report: Report) -> dict[str, int]:
    """Return how many graduates gave which answer last; whoever gave none that stands has not confirmed."""
    found = dict.fromkeys(CONFIRMED, 0)
    counted = _answering(report).with_only_columns(Confirmation.status, func.count()).group_by(Confirmation.status)
    for status, number in db.session.execute(counted):
        found[_status(status)] += number
    return {CONFIRMED[status]: number for status, number in found.items()}


def registered_under(
    report: Report, *, families: Collection[str], without: Collection[str] = (), at: datetime | None = None
) -> Select:
    """Return a SELECT of the graduates whom a figure counts by families of codes (none: everybody)."""
    family = func.substr(Revision.destination_code, 1, FAMILY)
    wanted = _registered(report, at)
    if families:
        wanted = wanted.where(family.in_(families))
    if without:
        wanted = wanted.where(family.not_in(without))
    return wanted


def answering(report: Report, *, status: str) -> Select:
    """Return a SELECT of the graduates who gave an answer last (or none that stands)."""
    known = {name: [code for code, ours in STATUS.items() if ours == name] for name in CONFIRMED if name != UNCONFIRMED}
    spoken = {code for codes in known.values() for code in codes} | set(known)
    silent = or_(Confirmation.status.is_(None), Confirmation.status.not_in(spoken))
    where = silent if status == UNCONFIRMED else Confirmation.status.in_([status, *known[status]])
    return _answering(report).where(where)


def number_of_rows(wanted: Select) -> int:
    """Return how many graduates such a SELECT finds."""
    return db.session.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def listed(wanted: Select, *, limit: int, after: str = "") -> Sequence[Row]:
    """Return a page of the graduates that such a SELECT finds, behind the one called `after`."""
    columns = (
        Record.ref, Record.student_no, Record.name, Revision.college, Revision.major_name,
        Revision.destination_code, Revision.employer_name,
    )  # fmt: skip
    if after:
        at = db.session.scalar(select(Record.id).where(Record.ref == after))
        if at is None:
            raise Invalid(N_("没有可以接续的这一页，请从第一页重新读取。"))
        wanted = wanted.where(Record.id > at)
    return db.session.execute(wanted.with_only_columns(*columns).order_by(Record.id).limit(limit)).all()


def _status(stored: str | None) -> str:
    name = STATUS.get(stored or "", stored or "")
    return name if name in CONFIRMED else UNCONFIRMED


def _registered(report: Report, at: datetime | None) -> Select:
    return select(Record.id).join(Revision, _as_of(at)).where(*_inside(report))


def _as_of(at: datetime | None) -> ColumnElement[bool]:
    """Return what joins a record with its registration: the newest, or the newest at a moment."""
    if at is None:
        return Revision.id == Record.revision_id
    earlier = aliased(Revision)
    newest = (
        select(func.max(earlier.number))
        .join(Batch, Batch.id == earlier.batch_id)
        .where(earlier.record_id == Record.id, func.coalesce(Batch.confirmed_at, Batch.uploaded_at) <= at)
        .scalar_subquery()
    )
    return and_(Revision.record_id == Record.id, Revision.number == newest)


def _answering(report: Report) -> Select:
    newest = standing().subquery()
    return (
        select(Record.id)
        .outerjoin(Revision, Revision.id == Record.revision_id)
        .outerjoin(newest, newest.c.record_id == Record.id)
        .outerjoin(Confirmation, Confirmation.id == newest.c.id)
        .where(*_inside(report))
    )


def _inside(report: Report) -> tuple[ColumnElement[bool], ...]:
    below = [organisation.id for organisation in people.subtree(report.organisation.path)]
    return Record.round_id == report.round_id, Record.organisation_id.in_(below)
