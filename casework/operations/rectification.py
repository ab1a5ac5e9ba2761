"""The rectification plan of a conduct or unit case (N3.3): goal, measures, deadline, a named person; and its doing."""

from collections.abc import Mapping, Sequence
from datetime import date

from casework import clock
from casework.cases.models import Case, Rectification
from casework.errors import N_, Invalid
from casework.operations.log_verification import refuse_settled
from casework.operations.permit import permit_case
from casework.operations.story import tell
from workflows.access import Actor


def write_rectification(
    case: Case, *, goal: str, responsible: str, due_on: date, measures: Sequence[Mapping[str, str]], actor: Actor
) -> Rectification:
    """Write or replace the plan; each measure has `text`, `responsible`, `due_on` (ISO date)."""
    permit_case(actor, "case:note", case)
    refuse_settled(case)
    wrong = {}
    if not goal.strip():
        wrong["goal"] = N_("请写明整改目标。")
    if not responsible.strip():
        wrong["responsible"] = N_("请写明责任人。")
    if not measures or not all(row.get("text", "").strip() and row.get("responsible", "").strip() for row in measures):
        wrong["measures"] = N_("每条措施都要写明内容、责任人和期限。")
    if not all(_is_day(row["due_on"]) for row in measures if row.get("due_on")):
        wrong["measures"] = N_("每条措施的期限须为日期。")
    if wrong:
        raise Invalid(N_("整改方案不完整，没有保存。"), fields=wrong)
    rows = [
        {
            "text": row["text"].strip(),
            "responsible": row["responsible"].strip(),
            "due_on": row.get("due_on") or due_on.isoformat(),
            "done_on": row.get("done_on"),
        }
        for row in measures
    ]
    plan = case.plan or Rectification()
    plan.goal, plan.responsible, plan.due_on, plan.measures = goal.strip(), responsible.strip(), due_on, rows
    case.plan = plan
    tell(case, "rectify", actor=actor, params={"measures": len(rows)}, facts={"due_on": due_on.isoformat()})
    return plan


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def finish_measure(case: Case, index: int, *, done_on: date, actor: Actor) -> None:
    """Mark one measure as done on a day."""
    permit_case(actor, "case:note", case)
    refuse_settled(case)
    if case.plan is None or not 0 <= index < len(case.plan.measures):
        raise Invalid(N_("没有这条整改措施。"))
    rows = [dict(row) for row in case.plan.measures]
    if done_on > clock.today():
        raise Invalid(N_("完成日期不能在今天之后。"), fields={"done_on": N_("不能在今天之后。")})
    rows[index]["done_on"] = done_on.isoformat()
    case.plan.measures = rows
    tell(case, "measure_done", actor=actor, params={"measure": rows[index]["text"]})
