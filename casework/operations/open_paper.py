"""Open what was handed in for a signature: whoever reads the report may look at it, and the look leaves a trace."""

from casework import journal, storage
from casework.config import Settings
from casework.operations.permit_report import permit_report
from casework.reports.models import Report, SignedPaper
from casework.reports.queries import number_of
from workflows.access import Actor


def open_paper(report: Report, paper: SignedPaper, *, actor: Actor, settings: Settings) -> bytes:
    """Return the bytes as they were handed in."""
    permit_report(actor, "report:read", report)
    journal.record(
        organisation_id=report.organisation_id,
        action="report:paper_open",
        actor=str(actor.id),
        subject=number_of(report),
        facts={"slot": paper.slot, "sha256": paper.file.sha256},
        chain=journal.LOOKS,
    )
    return storage.read(paper.file, folder=settings.files_dir)
