"""A leader sends a frozen report back unsigned: it returns to whoever drafted it, and the other signature lapses."""

from casework.operations.move_report import move_report
from casework.operations.permit_report import permit_report, refuse_filed
from casework.operations.tell_report import say_refused
from casework.reports.models import Report
from casework.reports.queries import lock_report
from workflows.access import Actor


def refuse_report(report: Report, *, reason: str, actor: Actor) -> Report:
    """Return the report, stale with the reason; its cases stay accepted and go into the next freeze unworked."""
    permit_report(actor, "report:refuse", report)
    refuse_filed(report)
    lock_report(report)
    move_report(report, "refuse", actor=actor, reason=reason)
    say_refused(report)
    return report
