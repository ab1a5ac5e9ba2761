"""In what a case differs from what a report was frozen with."""

from collections.abc import Mapping

from casework.cases.dossier import differing_field, dossier_hash
from casework.cases.dossier_of import dossier_of
from casework.cases.models import Case
from casework.reports.models import Report, ReportCase
from workflows.report import ChangedField

STATE = "state"
"""Named where the words of a dossier are the same, but the case is no longer accepted."""


def difference(entry: ReportCase, case: Case) -> str | None:
    """Return the field in which a case differs from its frozen dossier, or None while the report still holds."""
    now = dossier_of(case)
    if dossier_hash(now) != entry.dossier_hash:
        return differing_field(entry.dossier, now) or STATE
    accepted = case.state == "corrected" and case.accepted_at is not None
    return None if accepted or case.state == "signed_off" else STATE


def changes_of(report: Report, cases: Mapping[int, Case]) -> tuple[ChangedField, ...]:
    """Return every difference between a frozen report and its cases as they stand, in the order of the manifest."""
    found = ((cases[entry.case_id].number, difference(entry, cases[entry.case_id])) for entry in report.cases)
    return tuple(ChangedField(number, field) for number, field in found if field is not None)
