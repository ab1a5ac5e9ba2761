"""The sender takes a report back before anybody has receipted it: every delivery is void and it is drafted anew."""

from casework import clock, journal
from casework.errors import N_, Conflict
from casework.filing import queries as filing
from casework.filing.models import Filing
from casework.operations.advance import advance
from casework.operations.carry_to_cases import carry_to_cases
from casework.operations.move_report import move_report
from casework.operations.permit_report import permit_report, refuse_filed
from casework.operations.refusals import noted
from casework.operations.refuse_blank import refuse_blank
from casework.operations.stale_above import stale_above
from casework.operations.tell_report import say_withdrawn
from casework.reports.models import Report
from casework.reports.queries import case_ids, lock_cases, lock_report, number_of
from workflows.access import Actor


def withdraw_filing(report: Report, *, reason: str, actor: Actor) -> tuple[Filing, ...]:
    """Return the deliveries that were withdrawn; the report is stale with the reason, its cases accepted again.

    Raises `Refused` with a sentence once one recipient has receipted it: from then on only that body returns it.
    """
    with noted("filing:withdraw", organisation_id=report.organisation_id, subject=number_of(report), actor=actor):
        permit_report(actor, "filing:withdraw", report)
        refuse_blank({"reason": reason})
        lock_cases(case_ids(report))  # cases before the report, as everybody does
        lock_report(report)
        refuse_filed(report)
        sent = tuple(filing.standing(report))
        _refuse_unsent(report, sent)
    move_report(report, "withdraw", actor=actor, reason=reason)
    for delivery in sent:
        delivery.withdrawn_at, delivery.withdraw_reason = clock.now(), reason.strip()
    journal.record(
        organisation_id=report.organisation_id,
        action="filing:withdraw",
        actor=str(actor.id),
        subject=number_of(report),
        facts={
            "recipients": [delivery.recipient.code for delivery in sent],
            "manifest_hash": report.manifest_hash,
        },
        personal={"reason": reason.strip()},
    )
    carry_to_cases(report, "lapse")
    stale_above(report, step=advance)
    say_withdrawn(report, sent)
    return sent


def _refuse_unsent(report: Report, sent: tuple[Filing, ...]) -> None:
    if sent:
        return
    raise Conflict(
        N_("自查报告 %(report)s 没有在途的报送，无需撤回。"),
        code="nothing_sent",
        params={"report": number_of(report)},
    )
