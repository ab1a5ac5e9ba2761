"""Let the cases of a report follow it: signed off, filed, or back to accepted."""

from casework.cases.models import Case
from casework.filing import queries as filing
from casework.operations.advance import advance
from casework.reports import queries
from casework.reports.facts import manifests_of
from casework.reports.models import Report
from workflows.access import SYSTEM

FROM = {"sign_off": "corrected", "file": "signed_off", "lapse": "signed_off"}


def carry_to_cases(report: Report, action: str) -> tuple[Case, ...]:
    """Take `action` with every case of the report that still stands before it; return those that moved."""
    cases = queries.lock_cases(queries.case_ids(report))
    manifests = manifests_of(report, report.cases, receipts=filing.receipts_of(report))
    moved = []
    for entry in report.cases:
        case = cases[entry.case_id]
        if case.state == FROM[action]:
            advance(case, action, actor=SYSTEM, manifest=manifests[case.id])
            moved.append(case)
    return tuple(moved)
