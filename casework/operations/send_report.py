"""Deliver a signed report to every recipient that the round names: the discipline body and the level above (N2.2).

With the delivery they are told a root of the journal, under which the signatures stand (`filing.signing`).
"""

from sqlalchemy import select, update

from casework import clock, journal
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, Conflict
from casework.filing import queries as filing
from casework.filing.models import Filing
from casework.operations.advance import advance
from casework.operations.permit_report import permit_report, refuse_filed
from casework.operations.refusals import noted
from casework.operations.stale_above import stale_above
from casework.reports.models import Report, ReportCase
from casework.reports.queries import case_ids, lock_cases, lock_report, number_of
from workflows.access import Actor


def send_report(report: Report, *, actor: Actor) -> tuple[Filing, ...]:
    """Return the standing deliveries of the report; what was delivered already is not delivered twice."""
    with noted("filing:deliver", organisation_id=report.organisation_id, subject=number_of(report), actor=actor):
        permit_report(actor, "filing:deliver", report)
        refuse_filed(report)
        lock_cases(case_ids(report))  # cases before the report, as everybody does
        lock_report(report)
        _refuse_unsigned(report)
    sent = {each.recipient_id for each in filing.standing(report)}
    for recipient in filing.recipients_of(report.organisation, report.round):
        if recipient.organisation.id in sent:
            continue
        db.session.add(Filing(report_id=report.id, capacity=recipient.capacity, recipient_id=recipient.organisation.id))
        journal.record(
            organisation_id=report.organisation_id,
            action="filing:deliver",
            actor=str(actor.id),
            subject=number_of(report),
            facts={
                "capacity": recipient.capacity,
                "recipient": recipient.organisation.code,
                "manifest_hash": report.manifest_hash,
            },
        )
        journal.mark(report.organisation_id, reason="deliver")
        if recipient.capacity == filing.DISCIPLINE:
            _reach_discipline(report)
    stale_above(report, step=advance)
    return tuple(filing.standing(report))


def _reach_discipline(report: Report) -> None:
    """Let the discipline body read the report and its cases from now on; nothing of them has changed."""
    report.delivered_at = clock.now()
    inside = select(ReportCase.case_id).where(ReportCase.report_id == report.id)
    theirs = update(Case).where(Case.id.in_(inside), Case.state == "signed_off")
    db.session.execute(theirs.values(delivered_at=report.delivered_at))


def _refuse_unsigned(report: Report) -> None:
    if report.state == "signed":
        return
    raise Conflict(
        N_("自查报告 %(report)s 尚未签字完毕，不能报送备案；请先由签字人签字。"),
        code="report_not_signed",
        params={"report": number_of(report)},
    )
