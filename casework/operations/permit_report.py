"""Ask the policy table about a report: where it belongs and where it stands decide together who sees it."""

from casework.errors import N_, Conflict
from casework.operations.permit import answer
from casework.people.actors import path_of
from casework.reports.models import Report
from casework.reports.queries import number_of
from workflows.access import SYSTEM, Actor, permitted
from workflows.errors import Refusal


def permit_report(actor: Actor, action: str, report: Report) -> None:
    """Return quietly when the actor may do this with this report; raise `NotFound` or `Forbidden` otherwise."""
    if actor is not SYSTEM:
        answer(refusal_for_report(actor, action, report))


def refusal_for_report(actor: Actor, action: str, report: Report) -> Refusal | None:
    """Return why the actor may not do this with this report, or None."""
    return permitted(
        actor,
        action,
        organisation_path=path_of(report.organisation),
        state=report.state,
        delivered=report.delivered_at is not None,
    )


def refuse_filed(report: Report) -> None:
    """Refuse every change of a filed report: what comes later goes into a supplementary one."""
    if report.state == "filed":
        raise Conflict(
            N_("自查报告 %(report)s 已备案，不再改变；之后的情况请列入补充报告。"),
            code="report_filed",
            params={"report": number_of(report)},
        )
