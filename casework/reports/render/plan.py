"""自查通知（方案）: method, what is recorded, what rectification has to do, schedule, named persons (N2.2)."""

from casework.reports.render.official import OfficialDocument
from casework.reports.snapshot import CheckItem, Plan, Snapshot


def plan_docx(snapshot: Snapshot) -> bytes:
    """Return the DOCX of the plan that the report cites."""
    plan = snapshot.plan
    name = f"{snapshot.organisation}{snapshot.cohort}届高校毕业生就业监测数据自查通知（方案）"
    document = OfficialDocument(subject=name)
    document.title(name)
    document.small(f"方案版本：{plan.version}　印发日期：{plan.issued_on}")
    _contents(document, snapshot.checklist)
    document.heading("二、自查方法")
    document.texts(plan.method)
    document.heading("三、记录内容")
    document.texts(plan.recorded)
    document.heading("四、整改要求")
    document.texts(plan.requirements)
    _schedule(document, plan)
    _responsible(document, plan)
    document.text(snapshot.organisation, right=True)
    document.text(plan.issued_on, right=True)
    return document.content()


def _contents(document: OfficialDocument, checklist: tuple[CheckItem, ...]) -> None:
    document.heading("一、自查内容")
    document.table(
        ("条款", "自查内容"),
        ((item.clause, item.title) for item in checklist),
        widths=(20, 136),
    )


def _schedule(document: OfficialDocument, plan: Plan) -> None:
    document.heading("五、进度安排")
    document.table(
        ("完成时限", "工作内容", "责任人"),
        ((step.by, step.work, step.responsible) for step in plan.schedule),
        widths=(32, 88, 36),
    )


def _responsible(document: OfficialDocument, plan: Plan) -> None:
    document.heading("六、责任人员")
    document.table(
        ("姓名", "职务", "职责"),
        ((duty.name, duty.post, duty.duty) for duty in plan.responsible),
        widths=(32, 48, 76),
    )
