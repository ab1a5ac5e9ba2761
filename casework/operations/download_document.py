"""Hand out a document of a report: masked for reading, in full as an export that the journal remembers."""

from dataclasses import replace

from casework import journal
from casework.config import Settings
from casework.errors import N_, Conflict, Invalid, NotFound
from casework.operations.mark_export import PURPOSES, Mark, mark_of
from casework.operations.permit_report import permit_report, refusal_for_report
from casework.reports.documents import (
    KINDS,
    MASKED,
    WITH_PEOPLE,
    Rendered,
    masked_document,
    signature_page,
    signed_report,
)
from casework.reports.marked import marked
from casework.reports.models import Report
from casework.reports.queries import number_of
from casework.reports.snapshot import Snapshot
from casework.storage import read
from workflows.access import Actor

IN_FULL = WITH_PEOPLE | {"dossiers"}
"""What leaves the house with people in it, also where an earlier freeze kept it (`records-1`)."""


ON_DEMAND = {"signed_report": signed_report, "signature_page": signature_page}
"""What is made anew each time, from the frozen report."""


def download_document(
    report: Report, *, kind: str, masked: bool, actor: Actor, settings: Settings, purpose: str = ""
) -> Rendered:
    """Return one document with its name and type: a stored one by its kind, or one that is made ON_DEMAND.

    The records in full need the right to export or to take the package; masked, whoever reads the report may have
    them, made anew from the snapshot and therefore as DOCX or XLSX alone. Raises `Conflict` for a masked PDF, `Invalid`
    where people are to be shown in full and none of `PURPOSES` is given. A copy with people in it bears a mark.
    """
    permit_report(actor, "report:read", report)
    stored = next((row for row in report.documents if row.kind == kind), None)
    if report.snapshot is None or (stored is None and kind not in ON_DEMAND):
        raise NotFound(N_("自查报告 %(report)s 没有这份文书；请先定稿。"), params={"report": number_of(report)})
    if kind in WITH_PEOPLE and masked:
        _refuse_slow(kind, report)
        made = masked_document(Snapshot.from_dict(report.snapshot), kind)
        return _marked(made, mark_of(actor, purpose="阅读（脱敏）"))
    in_full = kind.partition("-")[0] in IN_FULL
    if in_full:
        if refusal_for_report(actor, "report:package", report) is not None:
            permit_report(actor, "export", report)
        if purpose not in PURPOSES:
            raise Invalid(
                N_("完整文书含个人信息，请先选择用途，没有导出。"), fields={"purpose": N_("请从列表中选择。")}
            )
        mark = mark_of(actor, purpose=PURPOSES[purpose])
        _note(report, kind, actor, mark=mark.ref, purpose=purpose)
    else:
        _note(report, kind, actor)
    if stored is None:
        if report.state not in {"frozen", "signed", "filed"}:
            raise Conflict(N_("自查报告 %(report)s 已失效，没有有效的签字。"), params={"report": number_of(report)})
        return ON_DEMAND[kind](report, Snapshot.from_dict(report.snapshot))
    name, media_type = KINDS.get(kind, (stored.file_name, stored.file.media_type))
    found = Rendered(kind, name, media_type, read(stored.file, folder=settings.files_dir))
    return _marked(found, mark) if in_full else found


def _marked(made: Rendered, mark: Mark) -> Rendered:
    return replace(made, content=marked(made.content, media_type=made.media_type, words=mark.words, plain=mark.plain))


def _note(report: Report, kind: str, actor: Actor, **facts: object) -> None:
    journal.record(
        organisation_id=report.organisation_id,
        action="report:download",
        actor=str(actor.id),
        subject=number_of(report),
        facts={"kind": kind, "manifest_hash": report.manifest_hash, **facts},
        chain=journal.LOOKS,
    )


def _refuse_slow(kind: str, report: Report) -> None:
    """Refuse what takes a minute to make: nobody waits for it in a request, with a transaction open."""
    if kind in MASKED:
        return
    raise Conflict(
        N_("自查报告 %(report)s 的自查记录（PDF）没有脱敏版；请下载脱敏的 DOCX 或 XLSX。"),
        code="not_made_masked",
        params={"report": number_of(report)},
    )
