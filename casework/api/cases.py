"""Cases: the list, one case, what can be done with it, and the steps of its life."""

from flask import Response, g, request
from flask_babel import gettext
from sqlalchemy import Select

from casework import clock
from casework.api import shown
from casework.api.resource import Resource
from casework.api.schemas.cases import (
    ActionIn,
    AgreementIn,
    AssignmentIn,
    CaseOut,
    CasePage,
    CaseQuery,
    ChoicesOut,
    SeverityIn,
)
from casework.api.schemas.fields import Query
from casework.cases import queries
from casework.cases.models import Case
from casework.db import db
from casework.doors import etags
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.operations import assign as assigning
from casework.operations import small_steps
from casework.operations.advance import advance
from casework.operations.choices_of import choices_of
from casework.people import queries as people
from casework.people.models import Organisation, Person
from casework.rounds.models import Round

cases = Resource("cases", "Cases and the steps of their life")


@cases.operation("GET", "/cases", query=CaseQuery, out=CasePage)
def list_cases(query: dict) -> object:
    """List the cases within sight, in the order in which they were opened."""
    known = queries.visible(current_actor())
    wanted = _narrowed(known, query)
    found = page_of(wanted, known=known, name=Case.number, after=query["after"], limit=query["limit"])
    return {"items": shown.lines_of(found.items), "next": found.next}


@cases.operation("GET", "/cases/<name:number>", query=Query, out=CaseOut, tagged=True)
def read_case(_query: dict, number: str) -> object:
    """Read one case; answers 304 to an If-None-Match that names its present version."""
    case = queries.get_case(number, current_actor())
    if etags.unchanged(etags.etag_of_case(case)):
        return Response(status=304, headers={"ETag": etags.quoted(etags.etag_of_case(case))})
    return answer(case)


@cases.operation("GET", "/cases/<name:number>/choices", query=Query, out=ChoicesOut)
def read_choices(_query: dict, number: str) -> object:
    """Say what this person can do with a case, and why the rest is refused."""
    actor = current_actor()
    case = queries.get_case(number, actor)
    items = [
        {
            "action": choice.action,
            "label": gettext(choice.label),
            "allowed": choice.allowed,
            "reasons": shown.reasons(choice.refusals),
            "needs": list(choice.needs),
        }
        for choice in choices_of(case, actor=actor)
    ]
    return {"items": items}


@cases.operation("POST", "/cases/<name:number>/actions", body=ActionIn, out=CaseOut, match=True)
def take_action(body: dict, number: str) -> object:
    """Take a step of the case's life, or hear every reason why not (409)."""
    case = changed(number, wanted=request.get_json())
    act(case, body)
    return answer(case)


@cases.operation("POST", "/cases/<name:number>/assignment", body=AssignmentIn, out=CaseOut, match=True)
def assign_case(body: dict, number: str) -> object:
    """Give the case an owner; its clock does not start anew."""
    case = changed(number, wanted=request.get_json())
    assigning.assign(case, to=colleague(case, body["to"]), actor=current_actor(), reason=body["reason"])
    return answer(case)


@cases.operation("POST", "/cases/<name:number>/severity", body=SeverityIn, out=CaseOut, match=True)
def change_severity(body: dict, number: str) -> object:
    """Raise the severity freely; lower it as a supervisor with a reason."""
    case = changed(number, wanted=request.get_json())
    small_steps.change_severity(case, severity=body["severity"], reason=body["reason"], actor=current_actor())
    return answer(case)


@cases.operation("POST", "/cases/<name:number>/agreement", body=AgreementIn, out=CaseOut, match=True)
def agree_unverifiable(body: dict, number: str) -> object:
    """Give the supervisor's word that the case cannot be verified."""
    case = changed(number, wanted=request.get_json())
    small_steps.agree_unverifiable(case, reason=body["reason"], actor=current_actor())
    return answer(case)


def act(case: Case, body: dict) -> None:
    """Take one step with what came for it."""
    given = {name: body[name] for name in ("reason", "conclusion", "note", "violation", "consequence")}
    survivor = queries.get_case(body["into"], current_actor(), lock=True) if body["into"] else None
    advance(case, body["action"], actor=current_actor(), survivor=survivor, **given)


def changed(number: str, *, wanted: object = None, sent: str | None = None, optional: bool = False) -> Case:
    """Return a case, locked, in the version that the caller has seen; 428 and 412 otherwise.

    `sent` stands for the If-Match header; with `optional`, a caller who names no version passes.
    """
    case = queries.get_case(number, current_actor(), lock=True)
    version = sent if sent is not None else request.headers.get("If-Match")
    if not (optional and version is None):
        etags.require(etags.etag_of_case(case), sent=version, current=lambda: _dumped(case), wanted=wanted)
    return case


def answer(case: Case) -> tuple[dict, dict[str, str]]:
    """Return a case as it now stands, with its version in the header."""
    db.session.flush()  # the version that the answer names is the one that is stored
    return shown.full(case), {"ETag": etags.quoted(etags.etag_of_case(case))}


def colleague(case: Case, ref: str) -> Person:
    """Return a person who serves in the line of this case's organisation; anybody else is as good as unknown."""
    person = people.get_person(ref)
    line = {int(part) for part in case.organisation.path.strip("/").split("/")}
    for held in person.appointments:
        if held.organisation_id in line or held.organisation.parent_id == case.organisation_id:
            return person
    return people.get_person("")


def _dumped(case: Case) -> object:
    return CaseOut().dump(shown.full(case))


def _narrowed(wanted: Select, query: dict) -> Select:
    for column in ("state", "severity", "rule"):
        if query[column]:
            wanted = wanted.where(getattr(Case, column) == query[column])
    if query["organisation"]:
        wanted = wanted.where(Case.organisation.has(Organisation.code == query["organisation"]))
    if query["round"]:
        wanted = wanted.where(Case.round.has(Round.code == query["round"]))
    if query["owner"] == "nobody":
        wanted = wanted.where(Case.owner_id.is_(None))
    elif query["owner"]:
        ref = g.person.ref if query["owner"] == "me" else query["owner"]
        wanted = wanted.where(Case.owner.has(Person.ref == ref))
    if query["q"]:
        wanted = wanted.where(Case.number.icontains(query["q"], autoescape=True))
    if query["overdue"] is not None:
        late = Case.due_at.is_not(None) & (Case.due_at < clock.now())
        wanted = wanted.where(late if query["overdue"] else ~late)
    return wanted
