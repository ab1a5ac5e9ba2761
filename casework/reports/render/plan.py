"""自查通知（方案）: method, what is recorded, what rectification has to do, schedule, named persons (N2.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casework.reports.render.official import OfficialDocument
from casework.reports.render.official_pdf import OfficialPdf
from casework.reports.snapshot import Plan, Snapshot
from casework.reports.wording import FIRST, filled

Formal = OfficialDocument | OfficialPdf


@dataclass(frozen=True)
class PlanPaper:
    """A plan as one version of it is printed: also one that no report cites."""

    organisation: str
    cohort: int
    plan: Plan
    contents: tuple[tuple[str, str], ...]
    wording: Mapping[str, str]

    def said(self, part: str) -> str:
        """Return the words of one part."""
        return filled(self.wording[part], {"organisation": self.organisation, "cohort": self.cohort})


def paper_of(snapshot: Snapshot) -> PlanPaper:
    """Return the plan that a report cites."""
    contents = tuple((item.clause, item.title) for item in snapshot.checklist)
    return PlanPaper(snapshot.organisation, snapshot.cohort, snapshot.plan, contents, {**FIRST, **snapshot.wording})


def plan_docx(paper: PlanPaper | Snapshot) -> bytes:
    """Return the DOCX of a plan, or of the one that a report cites."""
    paper = paper_of(paper) if isinstance(paper, Snapshot) else paper
    document = OfficialDocument(subject=paper.said("plan.title"))
    _write(document, paper)
    return document.content()


def plan_pdf(paper: PlanPaper | Snapshot) -> bytes:
    """Return the same as a PDF."""
    paper = paper_of(paper) if isinstance(paper, Snapshot) else paper
    document = OfficialPdf(subject=paper.said("plan.title"))
    _write(document, paper)
    return document.content()


def _write(document: Formal, paper: PlanPaper) -> None:
    plan = paper.plan
    document.title(paper.said("plan.title"))
    document.small(f"方案版本：{plan.version}　印发日期：{plan.issued_on}")
    if addressee := paper.said("plan.addressee"):
        document.text(addressee, indent=False)
    if introduction := paper.said("plan.introduction"):
        document.text(introduction)
    _table(document, paper.said("plan.contents"), ("条款", "自查内容"), paper.contents, (20, 136))
    for part, texts in (("method", plan.method), ("recorded", plan.recorded), ("requirements", plan.requirements)):
        document.heading(paper.said(f"plan.{part}"))
        document.texts(texts)
    steps = ((step.by, step.work, step.responsible) for step in plan.schedule)
    _table(document, paper.said("plan.schedule"), ("完成时限", "工作内容", "责任人"), steps, (32, 88, 36))
    duties = ((duty.name, duty.post, duty.duty) for duty in plan.responsible)
    _table(document, paper.said("plan.responsible"), ("姓名", "职务", "职责"), duties, (32, 48, 76))
    if closing := paper.said("plan.closing"):
        document.text(closing)
    document.text(paper.organisation, right=True)
    document.text(plan.issued_on, right=True)


def _table(
    document: Formal,
    heading: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    widths: tuple[int, ...],
) -> None:
    document.heading(heading)
    document.table(columns, rows, widths=widths)
