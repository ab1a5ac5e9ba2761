"""From stored rows to the snapshot that the three documents are made from (its shape: `snapshot.py`)."""

from collections.abc import Iterable, Mapping, Sequence

from casework import clock
from casework.cases.models import Case
from casework.errors import N_
from casework.people.models import Organisation
from casework.reports import queries
from casework.reports.counted import confirmations, destinations
from casework.reports.models import Plan as IssuedPlan
from casework.reports.models import Report
from casework.reports.rates import definitions
from casework.reports.rows import rows_of
from casework.reports.snapshot import FORM, CheckItem, Duty, Measure, OpenCase, Plan, Slot, Snapshot, Step
from casework.reports.wording import DEFAULTS
from casework.rounds import queries as rounds
from casework.rounds import settings
from casework.rounds.models import CodeEntry, Round
from workflows.access import Role
from workflows.case import CASE
from workflows.report_guards import CHECKLIST

TEXTS = {"work": N_("工作开展情况"), "problems": N_("发现的问题"), "causes": N_("原因分析"), "measures": N_("整改情况")}
"""What people write themselves in a report, with the words for each part."""
AFFAIRS = "就业工作部门"
NOT_ISSUED = Plan("（尚未印发）", "日期待定", (), (), (), (), ())
"""What a preview says where a plan is missing; nothing is frozen without one."""


def snapshot_of(
    report: Report, *, cases: Iterable[Case], left_out: Sequence[tuple[Case, str]], recipients: Sequence[str]
) -> Snapshot:
    """Return what the report says if it is frozen now; `left_out` are the open cases with their reasons."""
    before = queries.report_before(report)
    codes = {name: rounds.table(report.round_id, name) for name in ("degree_level", "destination_code")}
    cases = list(cases)
    counted = destinations(report)
    names = {code: entry.name_zh for code, entry in codes["destination_code"].items() if code in counted}
    return Snapshot(
        number=queries.number_of(report),
        organisation=report.organisation.name,
        level=report.organisation.kind,
        cohort=report.round.cohort,
        report_on=clock.today().isoformat(),
        supplementary_to=queries.number_of(before) if before else "",
        plan=plan_of(report.organisation, report.round, report.plan) if report.plan else NOT_ISSUED,
        checklist=checklist_of(report),
        work_done=_text(report, "work"),
        problems=_text(report, "problems"),
        causes=_text(report, "causes"),
        measures=_measures(report, cases),
        rows=tuple(row for case in cases for row in rows_of(case, codes=codes)),
        destinations=counted,
        confirmations=confirmations(report),
        open_cases=tuple(OpenCase(case.number, CASE.state_of(case).label, reason.strip()) for case, reason in left_out),
        slots=tuple(Slot(name, Role(name).label) for name in settings.slots(report.round, report.organisation.kind)),
        recipients=tuple(recipients),
        rectified=_text(report, "measures"),
        form=FORM,
        wording=words_of(report.organisation_id, report.round_id, report.plan),
        definitions=definitions(
            entry.attributes for entry in in_order(rounds.table(report.round_id, "rate_definition"))
        ),
        code_names=names,
    )


def words_of(organisation_id: int, round_id: int, plan: IssuedPlan | None) -> dict[str, str]:
    """Return the words of every part: the office's own where it has some; a plan keeps those it was issued with."""
    own = queries.wording(organisation_id, round_id)
    return {**DEFAULTS, **(own.texts if own else {}), **(plan.wording if plan else {})}


def in_order(table: Mapping[str, CodeEntry]) -> list[CodeEntry]:
    """Return the entries of the table of rates as the notice lists them."""
    return sorted(table.values(), key=lambda entry: entry.code[-2:])


def plan_of(organisation: Organisation, round_: Round, plan: IssuedPlan) -> Plan:
    """Return the plan as it is printed; its schedule is the round's dates."""
    path = [int(part) for part in organisation.path.strip("/").split("/")]
    return Plan(
        version=str(plan.version),
        issued_on=plan.issued_at.astimezone(clock.BEIJING).date().isoformat(),
        method=lines(plan.method),
        recorded=lines(plan.recording),
        requirements=lines(plan.rectification),
        schedule=tuple(Step(row.on.isoformat(), row.label, AFFAIRS) for row in rounds.dates_for(round_.id, path)),
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


def lines(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text that a person wrote."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _text(report: Report, part: str) -> tuple[str, ...]:
    return tuple(report.texts.get(part, ()))


def _measures(report: Report, cases: Sequence[Case]) -> tuple[Measure, ...]:
    """Return the report's own list, then the plans of its conduct and unit cases (N3.3), each named."""
    own = [
        Measure(row.goal, row.measure, row.due_on.isoformat(), row.responsible, _progress(row.done_on))
        for row in queries.measures(report.organisation_id, report.round_id)
    ]
    of_cases = [
        Measure(
            case.plan.goal, row["text"], row["due_on"], row["responsible"], _progress(row.get("done_on")), case.number
        )
        for case in cases
        if case.plan is not None
        for row in case.plan.measures
    ]
    return (*own, *of_cases)


def _progress(done_on: object) -> str:
    return f"已完成（{done_on}）" if done_on else "进行中"
