"""What a report rests on: the plan, the checklist of the notice's clauses, the list of measures."""

from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.case_work import DoneIn
from casework.api.schemas.fields import Query
from casework.api.schemas.self_check import (
    AnswerIn,
    AnswerOut,
    AnswerPage,
    MeasureIn,
    MeasureOut,
    MeasurePage,
    PlanIn,
    PlanOut,
    PlanPage,
)
from casework.doors.sessions import current_actor
from casework.operations import answer_checklist as answering
from casework.operations import issue_plan as issuing
from casework.operations import measures as measuring
from casework.people.models import Organisation
from casework.reports import queries
from casework.reports.models import ChecklistAnswer, Measure, Plan
from casework.rounds import settings
from casework.rounds.models import Round
from casework.rounds.queries import get_round

self_check = Resource("self-check", "Plan, checklist and measures of one organisation in one round")
PLACE = "/organisations/<name:code>/rounds/<name:round_code>"


@self_check.operation("GET", f"{PLACE}/plans", query=Query, out=PlanPage)
def list_plans(_query: dict, code: str, round_code: str) -> object:
    """List every issued version of the plan, oldest first; the last is in force."""
    organisation, round_ = _place(code, round_code)
    return {"items": queries.plans(organisation.id, round_.id), "next": None}


@self_check.operation("POST", f"{PLACE}/plans", body=PlanIn, out=PlanOut, status=201)
def issue_plan(body: dict, code: str, round_code: str) -> Plan:
    """Issue a new version of the plan."""
    organisation, round_ = _place(code, round_code, "report:freeze")
    return issuing.issue_plan(organisation=organisation, round_=round_, actor=current_actor(), **body)


@self_check.operation("GET", f"{PLACE}/checklist", query=Query, out=AnswerPage)
def list_answers(_query: dict, code: str, round_code: str) -> object:
    """List the clauses that a self-check must answer, with their answers."""
    organisation, round_ = _place(code, round_code)
    answers = queries.answers(organisation.id, round_.id)
    return {"items": [_answer(clause, answers.get(clause)) for clause in settings.checklist(round_)], "next": None}


@self_check.operation("PUT", f"{PLACE}/checklist/<name:clause>", body=AnswerIn, out=AnswerOut)
def answer_clause(body: dict, code: str, round_code: str, clause: str) -> object:
    """Answer one clause, or change the answer."""
    organisation, round_ = _place(code, round_code, "report:draft")
    written = answering.answer_checklist(
        organisation=organisation, round_=round_, clause=clause, actor=current_actor(), **body
    )
    return _answer(clause, written)


@self_check.operation("GET", f"{PLACE}/measures", query=Query, out=MeasurePage)
def list_measures(_query: dict, code: str, round_code: str) -> object:
    """List the measures, in the order in which they were written."""
    organisation, round_ = _place(code, round_code)
    return {"items": queries.measures(organisation.id, round_.id), "next": None}


@self_check.operation("POST", f"{PLACE}/measures", body=MeasureIn, out=MeasureOut, status=201)
def add_measure(body: dict, code: str, round_code: str) -> Measure:
    """Put a line on the list."""
    organisation, round_ = _place(code, round_code, "report:draft")
    return measuring.add_measure(organisation=organisation, round_=round_, actor=current_actor(), **body)


@self_check.operation("POST", "/measures/<name:ref>/done", body=DoneIn, out=MeasureOut)
def finish_measure(body: dict, ref: str) -> Measure:
    """Say when a measure was done."""
    return measuring.finish_measure_line(
        queries.get_measure(ref, current_actor()), done_on=body["done_on"], actor=current_actor()
    )


@self_check.operation("DELETE", "/measures/<name:ref>", out=MeasureOut)
def drop_measure(ref: str) -> Measure:
    """Take a line off the list; reports that were frozen with it keep it."""
    measure = queries.get_measure(ref, current_actor())
    measuring.drop_measure(measure, actor=current_actor())
    return measure


def _place(code: str, round_code: str, action: str = "report:read") -> tuple[Organisation, Round]:
    return seen.organisation(code, current_actor(), action), get_round(round_code)


def _answer(clause: str, answer: ChecklistAnswer | None) -> dict[str, object]:
    names = ("method", "examined", "finding", "responsible", "answered_at")
    return {"clause": clause, "answered": answer is not None} | {name: getattr(answer, name, None) for name in names}
