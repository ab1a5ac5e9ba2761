"""Put the PDFs of a frozen report beside its other documents; they are made after the freeze, because it takes long."""

from collections.abc import Sequence

from casework import journal
from casework.config import Settings
from casework.reports import queries
from casework.reports.documents import Rendered
from casework.reports.models import Document, Report
from casework.storage import keep
from workflows.access import SYSTEM


def add_documents(report: Report, made: Sequence[Rendered], *, manifest_hash: str, settings: Settings) -> list[str]:
    """Return the kinds that were added; none when the report was frozen anew meanwhile or has them already."""
    queries.lock_report(report)
    if report.manifest_hash != manifest_hash or report.state in queries.UNFINISHED:
        return []
    present = {row.kind for row in report.documents}
    wanted = [each for each in made if each.kind not in present]
    for each in wanted:
        stored = keep(each.content, media_type=each.media_type, folder=settings.files_dir)
        report.documents.append(Document(kind=each.kind, file_name=each.file_name, file_id=stored.id, file=stored))
    if wanted:
        journal.record(
            organisation_id=report.organisation_id,
            action="report:render",
            actor=str(SYSTEM.id),
            subject=queries.number_of(report),
            facts={"kinds": [each.kind for each in wanted], "manifest_hash": manifest_hash},
        )
    return [each.kind for each in wanted]
