"""A recipient receipts a report: number, date, receiver. With the last receipt the report is filed, and its cases.

The filing leaves a checkpoint. Its root is told to the recipients: signatures and receipts are proved under it
(`filing.signing`).
"""

from dataclasses import dataclass
from datetime import date

from casework import clock, journal
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, Conflict, Forbidden, Invalid
from casework.filing import queries as filing_queries
from casework.filing.models import Filing
from casework.operations.carry_to_cases import carry_to_cases
from casework.operations.move_report import move_report
from casework.operations.permit_report import permit_report, refuse_filed
from casework.operations.refusals import noted
from casework.operations.refuse_blank import refuse_blank
from casework.operations.tell_report import say_receipted
from casework.reports.facts import recipient_names
from casework.reports.queries import case_ids, lock_cases, lock_report, number_of
from workflows.access import SYSTEM, Actor


@dataclass(frozen=True)
class Receipted:
    """What happened: the delivery, whether the report is filed now, and the cases that were filed with it."""

    filing: Filing
    filed: bool
    cases: tuple[Case, ...]


def receipt(filing: Filing, *, number: str, received_on: date, receiver: str, actor: Actor) -> Receipted:
    """Write the receipt of one recipient; the same receipt given twice changes nothing."""
    report = filing.report
    with noted("filing:receipt", organisation_id=report.organisation_id, subject=number_of(report), actor=actor):
        permit_report(actor, "filing:receipt", report)
        refuse_stranger(filing, actor)
        refuse_blank({"number": number, "receiver": receiver})
        if received_on > clock.today():
            raise Invalid(N_("签收日期不能晚于今天，没有保存。"), fields={"received_on": N_("请填今天或之前的日期。")})
        lock_cases(case_ids(report))  # cases before the report, as everybody does
        lock_report(report)
        db.session.refresh(filing)
        given = (number.strip(), received_on, receiver.strip())
        if filing.receipted_at is not None and (filing.receipt_number, filing.received_on, filing.receiver) == given:
            return Receipted(filing, report.state == "filed", ())
        refuse_filed(report)
        refuse_settled(filing)
    filing.receipt_number, filing.received_on, filing.receiver = given
    filing.receipted_at, filing.receipted_by_id = clock.now(), actor.id
    journal.record(
        organisation_id=report.organisation_id,
        action="filing:receipt",
        actor=str(actor.id),
        subject=number_of(report),
        facts={
            "capacity": filing.capacity,
            "number": given[0],
            "received_on": received_on.isoformat(),
            "manifest_hash": report.manifest_hash,
        },
        personal={"receiver": given[2]},
    )
    db.session.flush()  # the rules read every receipt
    say_receipted(filing)
    if set(recipient_names(report)) - {each.recipient for each in filing_queries.receipts_of(report)}:
        return Receipted(filing, filed=False, cases=())
    move_report(report, "file", actor=SYSTEM)
    journal.mark(report.organisation_id, reason="file")
    return Receipted(filing, filed=True, cases=carry_to_cases(report, "file"))


def refuse_stranger(filing: Filing, actor: Actor) -> None:
    """Refuse whoever holds no office with the recipient: nobody receipts or returns for another body."""
    if filing.recipient_id in {each.organisation_id for each in actor.appointments}:
        return
    raise Forbidden(
        N_("这份备案报送给%(recipient)s，只能由该单位的人员办理。"),
        code="not_the_recipient",
        params={"recipient": filing.recipient.name},
    )


def refuse_settled(filing: Filing) -> None:
    """Refuse a delivery that is receipted, returned or void."""
    shown = {"report": number_of(filing.report), "recipient": filing.recipient.name}
    if filing.returned_at is not None or filing.voided_at is not None:
        raise Conflict(N_("自查报告 %(report)s 的这次报送已作废，请等待重新报送。"), code="delivery_void", params=shown)
    if filing.receipted_at is not None:
        raise Conflict(
            N_("%(recipient)s已对自查报告 %(report)s 出具回执，不能更改。"), code="already_receipted", params=shown
        )
