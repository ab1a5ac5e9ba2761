"""From stored rows to the snapshot that the three documents are made from (its shape: `snapshot.py`)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_
from casework.intake.answers import standing
from casework.intake.models import Confirmation, Record
from casework.intake.models import Revision as Registered
from casework.intake.queries import STATUS
from casework.people import queries as people
from casework.reports import queries
from casework.reports.models import Plan as IssuedPlan
from casework.reports.models import Report
from casework.reports.rows import rows_of
from casework.reports.snapshot import CheckItem, Duty, Measure, OpenCase, Plan, Slot, Snapshot, Step
from casework.rounds import queries as rounds
from casework.rounds import settings
from workflows.access import Role
from workflows.case import CASE
from workflows.report_guards import CHECKLIST

TEXTS = {"work": N_("工作开展情况"), "problems": N_("发现的问题"), "causes": N_("原因分析"), "measures": N_("整改情况")}
"""What people write themselves in a report, with the words for each part."""
CONFIRMED = {
    "confirmed": "已确认",
    "unconfirmed": "未确认",
    "wrong_information": "信息有误",
    "never_signed": "从未签订",
}
AFFAIRS = "就业工作部门"


def snapshot_of(
    report: Report, *, cases: Iterable[Case], left_out: Sequence[tuple[Case, str]], recipients: Sequence[str]
) -> Snapshot:
    """Return what the report says if it is frozen now; `left_out` are the open cases with their reasons."""
    before = queries.report_before(report)
    codes = {name: rounds.table(report.round_id, name) for name in ("degree_level", "destination_code")}
    plan = report.plan
    if plan is None:
        raise ValueError("a report is drafted under a plan")
    return Snapshot(
        number=queries.number_of(report),
        organisation=report.organisation.name,
        level=report.organisation.kind,
        cohort=report.round.cohort,
        report_on=clock.today().isoformat(),
        supplementary_to=queries.number_of(before) if before else "",
        plan=plan_of(report, plan),
        checklist=checklist_of(report),
        work_done=_text(report, "work"),
        problems=_text(report, "problems"),
        causes=_text(report, "causes"),
        measures=_measures(report),
        rows=tuple(row for case in cases for row in rows_of(case, codes=codes)),
        destinations=destinations(report),
        confirmations=confirmations(report),
        open_cases=tuple(OpenCase(case.number, CASE.state_of(case).label, reason.strip()) for case, reason in left_out),
        slots=tuple(Slot(name, Role(name).label) for name in settings.slots(report.round, report.organisation.kind)),
        recipients=tuple(recipients),
        rectified=_text(report, "measures"),
    )


def plan_of(report: Report, plan: IssuedPlan) -> Plan:
    """Return the plan as it is printed; its schedule is the round's dates."""
    path = [int(part) for part in report.organisation.path.strip("/").split("/")]
    return Plan(
        version=str(plan.version),
        issued_on=plan.issued_at.astimezone(clock.BEIJING).date().isoformat(),
        method=lines(plan.method),
        recorded=lines(plan.recording),
        requirements=lines(plan.rectification),
        schedule=tuple(Step(row.on.isoformat(), row.label, AFFAIRS) for row in rounds.dates_for(report.round_id, path)),
        responsible=(Duty(plan.responsible, AFFAIRS, "组织实施自查工作"),),
    )


def checklist_of(report: Report) -> tuple[CheckItem, ...]:
    """Return the answers of the checklist in the order of the clauses; an unanswered one is left out."""
    found = queries.answers(report.organisation_id, report.round_id)
    return tuple(
        CheckItem(clause, CHECKLIST.get(clause, clause), row.method, row.examined, row.finding, row.responsible)
        for clause in settings.checklist(report.round)
        if (row := found.get(clause)) is not None
    )


def destinations(report: Report) -> dict[str, int]:
    """Return how many graduates of the organisation and everything below it are registered under each code."""
    wanted = (
        select(Registered.destination_code.label("code"), func.count().label("graduates"))
        .join(Record, Record.revision_id == Registered.id)
        .where(Record.round_id == report.round_id, Record.organisation_id.in_(_below(report)))
        .group_by(Registered.destination_code)
        .order_by(Registered.destination_code)
    )
    return {row.code: row.graduates for row in db.session.execute(wanted)}


def confirmations(report: Report) -> dict[str, int]:
    """Return how many graduates gave which answer last; whoever gave none that stands has not confirmed."""
    below = _below(report)
    inside = (Record.round_id == report.round_id, Record.organisation_id.in_(below))
    newest = standing().join(Record, Record.id == Confirmation.record_id).where(*inside).subquery()
    counted = select(Confirmation.status, func.count()).join(newest, newest.c.id == Confirmation.id)
    found = dict.fromkeys(CONFIRMED, 0)
    for status, number in db.session.execute(counted.group_by(Confirmation.status)):
        found[STATUS.get(status, status)] += number
    everybody = db.session.scalar(select(func.count()).select_from(Record).where(*inside)) or 0
    found["unconfirmed"] += everybody - sum(found.values())
    return {CONFIRMED[status]: number for status, number in found.items()}


def lines(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text that a person wrote."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _text(report: Report, part: str) -> tuple[str, ...]:
    return tuple(report.texts.get(part, ()))


def _measures(report: Report) -> tuple[Measure, ...]:
    return tuple(
        Measure(row.goal, row.measure, row.due_on.isoformat(), row.responsible, _progress(row.done_on))
        for row in queries.measures(report.organisation_id, report.round_id)
    )


def _progress(done_on: object) -> str:
    return f"已完成（{done_on}）" if done_on else "进行中"


def _below(report: Report) -> list[int]:
    return [organisation.id for organisation in people.subtree(report.organisation.path)]
