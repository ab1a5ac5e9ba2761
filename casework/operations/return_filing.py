"""A recipient returns a report: every receipt is void, its signatures lapse, its cases are accepted again."""

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Conflict
from casework.filing.models import Filing
from casework.operations.advance import advance
from casework.operations.carry_to_cases import carry_to_cases
from casework.operations.move_report import move_report
from casework.operations.permit_report import permit_report, refuse_filed
from casework.operations.receipt import refuse_stranger
from casework.operations.refuse_blank import refuse_blank
from casework.operations.stale_above import stale_above
from casework.operations.tell_report import say_returned
from casework.reports.queries import case_ids, lock_cases, lock_report, number_of
from workflows.access import Actor


def return_filing(filing: Filing, *, reason: str, actor: Actor) -> Filing:
    """Return the delivery, sent back with its reason; a report that is filed already stays filed."""
    report = filing.report
    permit_report(actor, "filing:return", report)
    refuse_stranger(filing, actor)
    refuse_blank({"reason": reason})
    lock_cases(case_ids(report))  # cases before the report, as everybody does
    lock_report(report)
    db.session.refresh(filing)
    refuse_filed(report)
    if filing.returned_at is not None or filing.voided_at is not None:
        raise Conflict(
            N_("自查报告 %(report)s 的这次报送已作废，无需再退回。"),
            code="delivery_void",
            params={"report": number_of(report)},
        )
    filing.returned_at, filing.return_reason = clock.now(), reason.strip()
    move_report(report, "return", actor=actor, reason=reason)
    filing.voided_at = filing.voided_at or clock.now()
    journal.record(
        organisation_id=report.organisation_id,
        action="filing:return",
        actor=str(actor.id),
        subject=number_of(report),
        facts={"capacity": filing.capacity, "manifest_hash": report.manifest_hash},
        personal={"reason": reason.strip()},
    )
    carry_to_cases(report, "lapse")
    stale_above(report, step=advance)
    say_returned(filing)
    return filing
