"""Questions about filings: to whom a report goes, what lies with a recipient, what the journal says of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload

from casework.db import db
from casework.errors import N_, Conflict, NotFound
from casework.filing.models import Filing, Upload
from casework.filing.proofs import chain_of, extract_of, journal_json
from casework.journal import JournalCheckpoint, JournalEntry
from casework.people.models import Organisation
from casework.reports import queries as reports
from casework.reports.models import Report
from casework.rounds import settings
from casework.rounds.models import Round
from workflows.access import Actor
from workflows.report import ChangedField, Receipt
from workflows.report_guards import CITES

DISCIPLINE, SUPERIOR = "discipline", "superior"
_AT_ONCE = 5000  # subjects in one statement


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


def cites_of(organisation: Organisation, round_id: int) -> list[dict[str, str]]:
    """Return what a report of this organisation cites: the reports that the level below has filed with it.

    A signed one counts from its delivery, so that what was never sent, returned or withdrawn is not cited.
    """
    sent = select(Filing.report_id).filter_by(recipient_id=organisation.id, returned_at=None, voided_at=None)
    wanted = (
        select(Report)
        .join(Report.organisation)
        .where(Organisation.parent_id == organisation.id, Report.round_id == round_id)
        .where(Report.state.in_(reports.DELIVERED), Report.id.in_(sent))
        .options(joinedload(Report.organisation), joinedload(Report.round))
        .order_by(Organisation.code, Report.number)
    )
    return [
        {
            "number": reports.number_of(each),
            "organisation": each.organisation.name,
            "manifest_hash": each.manifest_hash or "",
        }
        for each in db.session.scalars(wanted)
    ]


def changed_cites(report: Report) -> tuple[ChangedField, ...]:
    """Return every report that a frozen one cites otherwise than it now stands below, by number; one is enough."""
    if report.manifest is None:
        return ()
    frozen = {line["number"]: line["manifest_hash"] for line in report.manifest["cites"]}
    now = {line["number"]: line["manifest_hash"] for line in cites_of(report.organisation, report.round_id)}
    differ = sorted(number for number in frozen.keys() | now.keys() if frozen.get(number) != now.get(number))
    return tuple(ChangedField(str(number), CITES) for number in differ)


def get_filing(ref: str, actor: Actor) -> Filing:
    """Return one delivery whose report this person may see."""
    visible = reports.visible_reports(actor).with_only_columns(Report.id).order_by(None)
    found = db.session.scalars(select(Filing).where(Filing.ref == ref, Filing.report_id.in_(visible))).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这份备案，或不在您的权限范围内。"))
    return found


def extract_under(heads: Iterable[dict], subjects: Collection[str]) -> dict[str, object]:
    """Return what a manifest with these heads holds of the entries about its report and cases: how many, one hash."""
    return extract_of(
        [row.hash for head in heads for row in _about(head, subjects, JournalEntry.seq, JournalEntry.hash)]
    )


def journal_of(manifest: dict) -> dict[str, object]:
    """Return journal.json for the package of a frozen report; raise `JournalDiffers` if the journal was rewritten."""
    subjects = [manifest["number"], *(line["number"] for line in manifest["cases"])]
    entries, hashes, points = [], {}, {}
    for head in manifest["journal_heads"]:
        chain = {"organisation_id": head["organisation"], "chain": head["chain"]}
        entries += [link_of(entry) for entry in _about(head, subjects, *JournalEntry.__table__.columns)]
        upto = select(JournalEntry.hash).filter_by(**chain).where(JournalEntry.seq <= head["seq"])
        hashes[chain_of(head)] = db.session.scalars(upto.order_by(JournalEntry.seq)).all()
        earlier = select(JournalCheckpoint.size, JournalCheckpoint.root).filter_by(**chain)
        earlier = earlier.where(JournalCheckpoint.size <= head["seq"]).order_by(JournalCheckpoint.size)
        points[chain_of(head)] = [(row.size, row.root) for row in db.session.execute(earlier)]
    return journal_json(manifest["journal_heads"], entries=entries, hashes=hashes, checkpoints=points)


def _about(head: dict, subjects: Collection[str], *columns: Any) -> list[Row]:
    """Return the entries of a chain up to its head that are about these subjects, oldest first."""
    named = sorted(subjects)
    found: list[Row] = []
    for begin in range(0, len(named), _AT_ONCE):
        found += db.session.execute(
            select(*columns)
            .filter_by(organisation_id=head["organisation"], chain=head["chain"])
            .where(JournalEntry.seq <= head["seq"], JournalEntry.subject.in_(named[begin : begin + _AT_ONCE]))
        ).all()
    return sorted(found, key=lambda row: row.seq)


def link_of(entry: JournalEntry | Row) -> dict:
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


def uploads_of(report: Report) -> Sequence[Upload]:
    """Return the packages made of a report for the national system, newest first."""
    wanted = select(Upload).filter_by(report_id=report.id).options(joinedload(Upload.made_by))
    return db.session.scalars(wanted.order_by(Upload.id.desc())).all()


def get_upload(ref: str, actor: Actor) -> Upload:
    """Return one package whose report this person may see."""
    visible = reports.visible_reports(actor).with_only_columns(Report.id).order_by(None)
    found = db.session.scalars(select(Upload).where(Upload.ref == ref, Upload.report_id.in_(visible))).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这个上传包，或不在您的权限范围内。"))
    return found
