"""The documents of a report: which there are, what they are called, and how each is made from the snapshot."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from casework import clock
from casework.cases.canonical import canonical_bytes
from casework.people.models import Organisation
from casework.reports.manifest import manifest_sm3
from casework.reports.models import Plan, Report
from casework.reports.models import Signature as Signed
from casework.reports.papers import BASE, CERTIFICATE, CONSENT
from casework.reports.papers import SIGNED as CERTIFIED
from casework.reports.render.plan import PlanPaper, plan_docx, plan_pdf
from casework.reports.render.records import records_docx, records_xlsx
from casework.reports.render.records_pdf import Progress, records_pdf
from casework.reports.render.report import Head, Seal, Signature, report_docx, report_pdf, signature_page_pdf
from casework.reports.signing.pdf_fields import with_fields
from casework.reports.snapshot import Snapshot
from casework.reports.snapshot_of import plan_of
from casework.reports.wording import FIRST
from casework.rounds.models import Round
from casework.rounds.settings import checklist
from casework.storage import ALLOWED, OFFICE
from workflows.report_guards import CHECKLIST

JSON, PDF = "application/json", ALLOWED["pdf"]
DOCX, XLSX = OFFICE["docx"], OFFICE["xlsx"]
KINDS = {
    "plan": ("自查通知（方案）.docx", DOCX),
    "records": ("自查记录.docx", DOCX),
    "records_sheet": ("自查记录.xlsx", XLSX),
    "report": ("自查报告.docx", DOCX),
    "manifest": ("案件清单.json", JSON),
    BASE: ("自查报告.pdf", PDF),
    CERTIFIED: ("自查报告（数字签名）.pdf", PDF),
    "plan_pdf": ("自查通知（方案）.pdf", PDF),
    "records_pdf": ("自查记录.pdf", PDF),
    "report_print": ("自查报告.pdf", PDF),
}
SIGNED = "自查报告（已签字）.docx"
SIGNATURE_PAGE = "签字页.pdf"
PREVIEW = {"docx": ("自查报告（预览）.docx", DOCX), "pdf": ("自查报告（预览）.pdf", PDF)}
WITH_PEOPLE = frozenset({"records", "records_sheet", "records_pdf"})
"""Documents that show graduates: in full they are exports, masked they may be read."""
MASKED = {"records": records_docx, "records_sheet": records_xlsx}
"""Those that are quickly made, and so can be handed out masked."""


@dataclass(frozen=True)
class Rendered:
    """One document: its kind, the name it is stored under, its media type and its bytes."""

    kind: str
    file_name: str
    media_type: str
    content: bytes


def render_all(snapshot: Snapshot, *, manifest: dict, seal: Seal, grade: int = CONSENT) -> tuple[Rendered, ...]:
    """Return every document of a report that is being frozen; people are shown in full, because it is the archive.

    Where certificates sign (`grade` 3), the PDF that they sign is among them, with an empty field for each slot.
    """
    made = {
        "plan": plan_docx(snapshot),
        "records": records_docx(snapshot, masked=False),
        "records_sheet": records_xlsx(snapshot, masked=False),
        "report": report_docx(snapshot, seal=seal),
        "manifest": canonical_bytes(manifest),
    }
    if grade == CERTIFICATE:
        slots = [slot.slot for slot in snapshot.slots]
        made[BASE] = with_fields(report_pdf(snapshot, seal=seal), slots)
    return tuple(Rendered(kind, *KINDS[kind], content) for kind, content in made.items())


def render_pdfs(
    snapshot: Snapshot, *, seal: Seal, present: Collection[str], on_progress: Progress
) -> tuple[Rendered, ...]:
    """Return the documents of a frozen report as PDFs, without the kinds already `present`; this may take a minute."""
    make = {
        "plan_pdf": lambda: plan_pdf(snapshot),
        "report_print": lambda: report_pdf(snapshot, seal=seal),
        "records_pdf": lambda: records_pdf(snapshot, masked=False, on_progress=on_progress),
    }
    wanted = [kind for kind in make if kind not in present and not (kind == "report_print" and BASE in present)]
    return tuple(Rendered(kind, *KINDS[kind], make[kind]()) for kind in wanted)


def preview(snapshot: Snapshot, form: str) -> Rendered:
    """Return what the report would say now, marked as a preview on every page; `form` is docx or pdf."""
    made = report_pdf(snapshot, seal=None) if form == "pdf" else report_docx(snapshot, seal=None)
    return Rendered("preview", *PREVIEW[form], made)


def plan_document(organisation: Organisation, round_: Round, plan: Plan, form: str) -> Rendered:
    """Return one version of a plan with the words it was issued with; `form` is docx or pdf."""
    contents = tuple((clause, CHECKLIST.get(clause, clause)) for clause in checklist(round_))
    printed = plan_of(organisation, round_, plan)
    paper = PlanPaper(organisation.name, round_.cohort, printed, contents, {**FIRST, **plan.wording})
    made = plan_pdf(paper) if form == "pdf" else plan_docx(paper)
    return Rendered("plan", f"自查通知（方案）第{plan.version}版.{form}", PDF if form == "pdf" else DOCX, made)


def signature_page(report: Report, snapshot: Snapshot) -> Rendered:
    """Return the page that is printed, signed in ink and scanned, with its codes."""
    seal = seal_of(report.manifest or {}, report.manifest_hash or "")
    return Rendered("signature_page", SIGNATURE_PAGE, PDF, signature_page_pdf(snapshot, seal=seal))


def masked_document(snapshot: Snapshot, kind: str) -> Rendered:
    """Return a document of `MASKED`, in the form that may be read without exporting anything."""
    return Rendered(kind, *KINDS[kind], MASKED[kind](snapshot, masked=True))


def signed_report(report: Report, snapshot: Snapshot) -> Rendered:
    """Return the report with its valid signatures on the signature page."""
    standing = [row for row in report.signatures if row.lapsed_at is None]
    seal = seal_of(report.manifest or {}, report.manifest_hash or "")
    content = report_docx(snapshot, seal=seal, signatures=_printed(standing))
    return Rendered("signed_report", SIGNED, DOCX, content)


def seal_of(manifest: dict, manifest_hash: str) -> Seal:
    """Return what is printed at the foot of the signature page."""
    heads = tuple(
        Head(head["chain"], head["seq"], head["hash"], head.get("root", "")) for head in manifest["journal_heads"][:1]
    )  # its own chain; those of bodies that handed a case over stand in the manifest, whose hash is printed
    sm3 = manifest_sm3(manifest)
    return Seal(manifest_hash=manifest_hash, journal_heads=heads, frozen_at=manifest["frozen_at"], manifest_sm3=sm3)


def _printed(signatures: Sequence[Signed]) -> list[Signature]:
    return [
        Signature(
            row.slot,
            row.typed_name,
            row.signed_at.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M"),
            mandate=row.document if row.delegated else "",
            appointment="" if row.delegated else row.document,
        )
        for row in signatures
    ]
