"""What is written into a case while it is worked on: notes, verifications, the plan, holds, a look at an identity.

What only adds to a case (a note, a verification, a file) may go without
If-Match: two people who add lose nothing. What replaces something asks for it.
"""

from flask import request

from casework.api.cases import answer, changed
from casework.api.resource import Resource
from casework.api.schemas.case_work import (
    DecisionIn,
    DoneIn,
    HoldIn,
    IdentityOut,
    NoteIn,
    RectificationIn,
    UnmaskIn,
    VerificationIn,
)
from casework.api.schemas.cases import CaseOut
from casework.cases.models import Case, Hold
from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.intake.models import Record
from casework.operations import holds, rectification, small_steps
from casework.operations.log_verification import log_verification

case_work = Resource("case-work", "Notes, verifications, plans, holds and looks at identities")


@case_work.operation("POST", "/cases/<name:number>/notes", body=NoteIn, out=CaseOut, status=201, tagged=True)
def add_note(body: dict, number: str) -> object:
    """Write a note into the story."""
    case = changed(number, optional=True)
    small_steps.add_note(case, words=body["words"], actor=current_actor())
    return answer(case)


@case_work.operation(
    "POST", "/cases/<name:number>/verifications", body=VerificationIn, out=CaseOut, status=201, tagged=True
)
def add_verification(body: dict, number: str) -> object:
    """Log an attempt to establish a fact."""
    case = changed(number, optional=True)
    given = body | {"record": record_of(case, body["record"])}
    log_verification(case, actor=current_actor(), **given)
    return answer(case)


@case_work.operation("PUT", "/cases/<name:number>/rectification", body=RectificationIn, out=CaseOut, match=True)
def write_rectification(body: dict, number: str) -> object:
    """Write or replace the plan: goal, measures, deadline, a named person."""
    case = changed(number, wanted=request.get_json())
    measures = [
        row | {"due_on": row["due_on"].isoformat() if row["due_on"] else "", "done_on": None}
        for row in body["measures"]
    ]
    rectification.write_rectification(case, actor=current_actor(), **(body | {"measures": measures}))
    return answer(case)


@case_work.operation(
    "POST", "/cases/<name:number>/rectification/<int(max=200):index>/done", body=DoneIn, out=CaseOut, match=True
)
def finish_planned(body: dict, number: str, index: int) -> object:
    """Mark one measure of the plan, counted from 0, as done."""
    case = changed(number, wanted=request.get_json())
    rectification.finish_measure(case, index, done_on=body["done_on"], actor=current_actor())
    return answer(case)


@case_work.operation("POST", "/cases/<name:number>/holds", body=HoldIn, out=CaseOut, status=201, tagged=True)
def ask_hold(body: dict, number: str) -> object:
    """Ask for a stop of the duration clocks; it stops nothing until another person approves it."""
    case = changed(number, optional=True)
    holds.ask_hold(case, reason=body["reason"], until_on=body["until_on"], actor=current_actor())
    return answer(case)


@case_work.operation("POST", "/cases/<name:number>/holds/<name:ref>/decision", body=DecisionIn, out=CaseOut, match=True)
def decide_hold(body: dict, number: str, ref: str) -> object:
    """Approve or refuse a hold that somebody else asked for."""
    case = changed(number, wanted=request.get_json())
    holds.decide_hold(case, _hold(case, ref), actor=current_actor(), **body)
    return answer(case)


@case_work.operation("POST", "/cases/<name:number>/holds/<name:ref>/end", out=CaseOut, match=True)
def end_hold(number: str, ref: str) -> object:
    """Let the clocks run again."""
    case = changed(number)
    holds.end_hold(case, _hold(case, ref), actor=current_actor())
    return answer(case)


@case_work.operation("POST", "/cases/<name:number>/unmask", body=UnmaskIn, out=IdentityOut, may_repeat=True)
def unmask(body: dict, number: str) -> object:
    """Return the full identity of one graduate; each look is journalled with its reason, and no answer is kept."""
    case = changed(number, optional=True)
    record = record_of(case, body["record"], required=True)
    return small_steps.unmask(case, record=record, reason=body["reason"], actor=current_actor())  # type: ignore[arg-type]


def record_of(case: Case, ref: str | None, *, required: bool = False) -> Record | None:
    """Return a record of this case; raise `NotFound` for any other."""
    if ref is None and not required:
        return None
    found = next((row.record for row in case.records if row.record.ref == ref), None)
    if found is None:
        raise NotFound(N_("该毕业生不在本案之中。"))
    return found


def _hold(case: Case, ref: str) -> Hold:
    found = next((row for row in case.holds if row.ref == ref), None)
    if found is None:
        raise NotFound(N_("本案没有这项暂停申请。"))
    return found
