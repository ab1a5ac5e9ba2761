"""Questions about filings: to whom a report goes, what lies with a recipient, what the journal says of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework.db import db
from casework.errors import N_, Conflict, NotFound
from casework.filing.models import Filing
from casework.journal import JournalEntry
from casework.people.models import Organisation
from casework.reports import queries as reports
from casework.reports.models import Report
from casework.rounds import settings
from casework.rounds.models import Round
from workflows.access import Actor
from workflows.report import Receipt

DISCIPLINE, SUPERIOR = "discipline", "superior"


@dataclass(frozen=True)
class Recipient:
    """An organisation that a report is filed with, and in which capacity it receives it."""

    capacity: str
    organisation: Organisation


def recipients_of(organisation: Organisation, round_: Round) -> tuple[Recipient, ...]:
    """Return who receives a report of this organisation; raise `Conflict` while one of them does not exist."""
    found = []
    for capacity in settings.recipients(round_, organisation.kind):
        body = organisation.parent if capacity == SUPERIOR else _discipline_body(organisation)
        if body is None:
            raise Conflict(
                N_("%(organisation)s 没有登记备案单位“%(capacity)s”，不能定稿和备案；请先在机构中登记。"),
                code="recipient_missing",
                params={"organisation": organisation.name, "capacity": CAPACITIES[capacity]},
            )
        found.append(Recipient(capacity, body))
    return tuple(found)


CAPACITIES = {DISCIPLINE: N_("纪检部门"), SUPERIOR: N_("上级主管部门")}


def standing(report: Report) -> Sequence[Filing]:
    """Return the deliveries of a report that count: neither returned nor voided."""
    wanted = (
        select(Filing)
        .filter_by(report_id=report.id, returned_at=None, voided_at=None)
        .options(joinedload(Filing.recipient))
        .order_by(Filing.id)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(wanted).all()


def history_of(report: Report) -> Sequence[Filing]:
    """Return every delivery of a report, those that count no more too, oldest first."""
    return db.session.scalars(select(Filing).filter_by(report_id=report.id).order_by(Filing.id)).all()


def receipts_of(report: Report) -> tuple[Receipt, ...]:
    """Return the receipts that count, as the rules of a report read them."""
    return tuple(
        Receipt(filing.recipient.name, filing.receipt_number, filing.received_on, filing.receiver)
        for filing in standing(report)
        if filing.receipted_at is not None
    )


def inbox(actor: Actor) -> Sequence[Filing]:
    """Return what lies with the organisations in which this person holds an office, newest first."""
    mine = [appointment.organisation_id for appointment in actor.appointments]
    visible = reports.visible_reports(actor).with_only_columns(Report.id).order_by(None)
    wanted = (
        select(Filing)
        .where(Filing.recipient_id.in_(mine), Filing.report_id.in_(visible))
        .options(joinedload(Filing.report), joinedload(Filing.recipient))
        .order_by(Filing.sent_at.desc(), Filing.id.desc())
    )
    return db.session.scalars(wanted).all()


def get_filing(ref: str, actor: Actor) -> Filing:
    """Return one delivery whose report this person may see."""
    visible = reports.visible_reports(actor).with_only_columns(Report.id).order_by(None)
    found = db.session.scalars(select(Filing).where(Filing.ref == ref, Filing.report_id.in_(visible))).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这份备案，或不在您的权限范围内。"))
    return found


def journal_extract(heads: Iterable[dict], subjects: Iterable[str]) -> list[dict]:
    """Return the links of the journal from the first that concerns one of the subjects up to each head.

    The stretch has no gaps: that an entry lies under the head can only be
    shown by every link between the two.
    """
    named = list(subjects)
    entries: list[dict] = []
    for head in heads:
        chain = select(JournalEntry).filter_by(organisation_id=head["organisation"], chain=head["chain"])
        first = db.session.scalar(
            chain.with_only_columns(JournalEntry.seq)
            .where(JournalEntry.subject.in_(named))
            .order_by(JournalEntry.seq)
            .limit(1)
        )
        begin = min(first or head["seq"], head["seq"])
        stretch = chain.where(JournalEntry.seq.between(begin, head["seq"])).order_by(JournalEntry.seq)
        entries += [link_of(entry) for entry in db.session.scalars(stretch)]
    return entries


def link_of(entry: JournalEntry) -> dict:
    """Return one entry as its hash covers it, with the hash; it holds no personal data."""
    return {
        "organisation": entry.organisation_id,
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "facts": entry.facts,
        "commitments": entry.commitments,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _discipline_body(organisation: Organisation) -> Organisation | None:
    wanted = select(Organisation).filter_by(parent_id=organisation.id, kind="discipline").order_by(Organisation.id)
    return db.session.scalars(wanted.limit(1)).one_or_none()
