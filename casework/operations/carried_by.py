"""What carries a signature that is being given: nothing but the act itself, a scan, or a PDF with a certificate."""

from dataclasses import dataclass, field

from casework import storage
from casework.config import Settings
from casework.errors import N_, Conflict, Invalid
from casework.operations.verify_paper import verify_pdf
from casework.people.models import Person
from casework.reports.models import Document, Report, SignedPaper
from casework.reports.papers import CERTIFICATE, CONSENT, SIGNED, grade_of, standing_paper
from casework.reports.queries import number_of
from casework.storage import StoredFile
from workflows.engine import Words

NAME = "自查报告（数字签名）.pdf"


@dataclass(frozen=True)
class Carried:
    """The grade of a signature with the file and the certificate that it rests on."""

    grade: int
    file: StoredFile | None = None
    certificate: dict[str, str] = field(default_factory=dict)
    level: str = ""


def carried_by(report: Report, slot: str, *, seen: str, signer: Person, settings: Settings) -> Carried:
    """Return what the signer confirms; raise when nothing was handed in, or not what they were shown.

    A PDF is verified again, now against the signer's own name, and becomes the report's signed document.
    """
    grade = grade_of(report)
    if grade == CONSENT:
        return Carried(grade)
    paper = standing_paper(report, slot)
    if paper is None:
        raise Conflict(
            N_("自查报告 %(report)s 的这个签字位还没有上传签字件，不能签字。请先上传签字页扫描件或签署后的 PDF。"),
            code="paper_missing",
            params={"report": number_of(report)},
        )
    if paper.ref != seen:
        raise Invalid(
            N_("您看到的签字件与现在的不是同一份，没有签字。请重新打开页面，看过再签。"),
            code="paper_replaced",
            fields={"paper": N_("签字件已更新。")},
        )
    _refuse_broken(report, paper, settings)
    if grade != CERTIFICATE:
        return Carried(grade, paper.file)
    return _certified(report, slot, paper, signer=signer, settings=settings)


def _refuse_broken(report: Report, paper: SignedPaper, settings: Settings) -> None:
    """Refuse what can no longer be shown: nobody confirms a scan that is gone, or no longer the one they saw."""
    fault = storage.broken(paper.file, folder=settings.files_dir)
    if fault:
        raise Conflict(
            fault, code="paper_broken", params={"sha256": paper.file.sha256, "matters": Words([number_of(report)])}
        )


def _certified(report: Report, slot: str, paper: SignedPaper, *, signer: Person, settings: Settings) -> Carried:
    content = storage.read(paper.file, folder=settings.files_dir)
    kind = {"media_type": paper.file.media_type, "name": NAME}
    found = verify_pdf(report, slot=slot, content=content, settings=settings, signer=signer, **kind)
    known = next((row for row in report.documents if row.kind == SIGNED), None)
    if known is None:
        report.documents.append(Document(kind=SIGNED, file_name=NAME, file_id=paper.file_id, file=paper.file))
    else:
        known.file_id, known.file = paper.file_id, paper.file
    return Carried(CERTIFICATE, paper.file, found.facts(), found.level)
