"""Show what a report would say if it were frozen now, and what it still lacks; nothing is written.

The preview is made by the code that freezes: the same snapshot, the same
renderers. It bears no hash and no code to sign on, and says so on every page.
"""

from dataclasses import dataclass, replace

from casework.errors import N_, Conflict, NotFound
from casework.filing import queries as filing
from casework.operations.permit_report import permit_report
from casework.reports import queries
from casework.reports.documents import PREVIEW, Rendered, preview
from casework.reports.missing import SIGNERS, Missing, missing_of
from casework.reports.models import Report
from casework.reports.snapshot import Cited, Snapshot
from casework.reports.snapshot_of import snapshot_of
from workflows.access import Actor

UNEXPLAINED = N_("（固定时填写原因）")


@dataclass(frozen=True)
class Previewed:
    """A draft as it would be frozen, and what is missing."""

    snapshot: Snapshot
    missing: tuple[Missing, ...]


def preview_report(report: Report, *, actor: Actor) -> Previewed:
    """Return a draft as it stands; raises `Conflict` for a report that is frozen: that one has documents."""
    permit_report(actor, "report:draft", report)
    if report.state not in queries.UNFINISHED:
        raise Conflict(
            N_("自查报告 %(report)s 已经固定，请直接看它的文书。"),
            code="already_frozen",
            params={"report": queries.number_of(report)},
        )
    ready = queries.ready_for(report)
    cases, waiting = queries.cases_to_show(ready), queries.still_open(report, without=ready)
    recipients, unknown = _recipients(report)
    left_out = [(case, UNEXPLAINED) for case in waiting]
    snapshot = snapshot_of(report, cases=cases, left_out=left_out, recipients=recipients)
    cites = tuple(Cited(**line) for line in filing.cites_of(report.organisation, report.round_id))
    snapshot = replace(snapshot, cites=cites)
    return Previewed(snapshot, (*missing_of(report, cases=cases, waiting=waiting), *unknown))


def _recipients(report: Report) -> tuple[list[str], tuple[Missing, ...]]:
    """Return who would receive the report, or that one of them is not registered."""
    try:
        found = filing.recipients_of(report.organisation, report.round)
    except Conflict as fault:
        return [], (Missing(fault.code, fault.message, SIGNERS, fault.params),)
    return [each.organisation.name for each in found], ()


def preview_document(report: Report, *, form: str, actor: Actor) -> Rendered:
    """Return the preview as a document; `form` is docx or pdf."""
    if form not in PREVIEW:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    return preview(preview_report(report, actor=actor).snapshot, form)
