"""Say anew by when a report is to be signed or filed, and arm the ladder that speaks of it."""

from casework.deadlines.project import Projected, project_reports, report_due
from casework.deadlines.terms import Grounds
from casework.operations.retime import write_down
from casework.reports.models import Report
from workflows.clocks import Due


def retime_report(report: Report) -> Projected:
    """Arm the ladder of what the report waits for next, signature or filing, and cancel every other timer."""
    found = project_reports([report], Grounds())
    write_down(found)
    return found[0]


def due_of(report: Report) -> Due | None:
    """Return the running clock of a report, with its target and why."""
    return report_due(report, Grounds().of(report))
