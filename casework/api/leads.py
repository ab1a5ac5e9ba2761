"""Leads: the list, one lead, the steps of its life, what is said about it, and the look at who reported."""

from collections.abc import Iterable

from flask import Response, g, request
from flask_babel import gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from casework.api import seen, shown
from casework.api.resource import Resource
from casework.api.schemas.cases import ChoicesOut
from casework.api.schemas.fields import Query
from casework.api.schemas.leads import (
    LateLeads,
    LeadActionIn,
    LeadIn,
    LeadMovedOut,
    LeadOut,
    LeadPage,
    LeadQuery,
    LookIn,
    OfficerIn,
    ReporterOut,
    TalkIn,
    TalkOut,
    TriageIn,
    WordsOut,
)
from casework.cases.lead_facts import lead_facts, linked_cases, linked_total
from casework.db import db
from casework.deadlines.reasons import recalled
from casework.doors import etags
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.leads import queries
from casework.leads.models import Lead, LeadStep
from casework.operations.assign_lead import assign_lead
from casework.operations.look_at_reporter import look_at_reporter
from casework.operations.look_at_words import look_at_words
from casework.operations.move_lead import move_lead, right_to
from casework.operations.reply_lead import answer_reporter, ask_reporter, reply_upward, report_upward
from casework.operations.take_lead import ABOUT, take_lead
from casework.operations.triage_lead import triage_lead
from casework.people import queries as people
from casework.people.actors import path_of
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from workflows.lead import choices

leads = Resource("leads", "Leads: what was reported, transferred or sent down")

LINE = (
    *("number", "organisation", "channel", "external_no", "named", "scope", "state", "state_since", "received_at"),
    *("officer", "outcome", "first_reply_at", "replied_upward_at", "respond_by", "reply_upward_by", "due_at"),
    "due_clock",
)
SAY = {
    queries.QUESTION: ask_reporter,
    queries.ANSWER: answer_reporter,
    queries.INTERIM: report_upward,
    queries.UPWARD: reply_upward,
}


@leads.operation("GET", "/leads", query=LeadQuery, out=LeadPage)
def list_leads(query: dict) -> object:
    """List the leads within sight, in the order in which they were taken in."""
    known = queries.visible_leads(current_actor())
    wanted = _narrowed(known, query).options(
        *(joinedload(each) for each in (Lead.organisation, Lead.officer, Lead.round)),
        *queries.WITHOUT_WORDS,
    )
    found = page_of(wanted, known=known, name=Lead.number, after=query["after"], limit=query["limit"])
    return {"items": _lines(found.items), "next": found.next}


@leads.operation("POST", "/leads", body=LeadIn, out=LeadMovedOut, status=201)
def take(body: dict) -> object:
    """Take in a lead; one about the body to which it was brought goes to the level above at once."""
    actor = current_actor()
    given = {name: body[name] for name in ("channel", "received_at", "title", "content", "named", "reporter", "about")}
    lead = take_lead(
        organisation=seen.organisation(body["organisation"], actor, "lead:intake"),
        round=get_round(body["round"]),
        external_no=body["external_no"],
        concerns=people.get_organisation(body["concerns"]) if body["concerns"] else None,
        reply_by=body["reply_by"],
        actor=actor,
        **given,
    )
    return _moved(lead)


@leads.operation("GET", "/leads/<name:number>", query=Query, out=LeadOut, tagged=True)
def read_lead(_query: dict, number: str) -> object:
    """Read one lead; answers 304 to an If-None-Match that names its present version."""
    lead = queries.get_lead(number, current_actor())
    etag = etags.quoted(etags.etag_of_lead(lead))
    if etags.unchanged(etags.etag_of_lead(lead)):
        return Response(status=304, headers={"ETag": etag})
    return _full(lead), {"ETag": etag}


@leads.operation("GET", "/leads/<name:number>/choices", query=Query, out=ChoicesOut)
def read_lead_choices(_query: dict, number: str) -> object:
    """Say what this person can do with a lead, and why the rest is refused."""
    actor = current_actor()
    found = choices(lead_facts(queries.get_lead(number, actor)), actor=actor)
    items = [
        {
            "action": choice.action,
            "label": gettext(choice.label),
            "allowed": choice.allowed,
            "reasons": shown.reasons(choice.refusals),
            "needs": list(choice.needs),
        }
        for choice in found
    ]
    return {"items": items}


@leads.operation("POST", "/leads/<name:number>/actions", body=LeadActionIn, out=LeadMovedOut, match=True)
def move(body: dict, number: str) -> object:
    """Take a step of the lead's life, or hear every reason why not (409)."""
    lead = _changed(number, right_to(body["action"]))
    target = people.get_organisation(body["target"]) if body["target"] else None
    given = {"reason": body["reason"], "words": body["words"]}
    move_lead(lead, body["action"], actor=current_actor(), outcome=body["outcome"] or "", target=target, **given)
    return _moved(lead)


@leads.operation("POST", "/leads/<name:number>/triage", body=TriageIn, out=LeadMovedOut, match=True)
def triage(body: dict, number: str) -> object:
    """Say what a lead is about; one about its own handling body goes one level up in the same step."""
    lead = _changed(number)
    concerns = people.get_organisation(body["concerns"]) if body["concerns"] else None
    given = {name: body[name] for name in ("scope", "about", "violations", "concerns_nobody")}
    triage_lead(lead, actor=current_actor(), concerns=concerns, **given)
    return _moved(lead)


@leads.operation("POST", "/leads/<name:number>/assignment", body=OfficerIn, out=LeadMovedOut, match=True)
def assign_officer(body: dict, number: str) -> object:
    """Say who works on a lead; its clocks do not start anew."""
    lead = _changed(number)
    assign_lead(lead, to=_colleague(lead, body["to"]), actor=current_actor(), reason=body["reason"])
    return _moved(lead)


@leads.operation("POST", "/leads/<name:number>/talks", body=TalkIn, out=TalkOut, status=201)
def say(body: dict, number: str) -> object:
    """Ask or answer the reporter, or note a reply upward: `interim` leaves its clock running, `upward` ends it."""
    lead = queries.get_lead(number, current_actor(), lock=True)
    said = SAY[body["kind"]](lead, words=body["words"], actor=current_actor())
    db.session.flush()  # its ref and moment are given with the row
    return said


@leads.operation("POST", "/leads/<name:number>/reporter", body=LookIn, out=ReporterOut, may_repeat=True)
def look(body: dict, number: str) -> object:
    """Read who reported; the look and its reason stand in the journal."""
    lead = queries.get_lead(number, current_actor())
    found = look_at_reporter(lead, actor=current_actor(), reason=body["reason"])
    return {name: str(found.get(name) or "") for name in ("name", "phone", "email")}


@leads.operation("POST", "/leads/<name:number>/words", body=LookIn, out=WordsOut, may_repeat=True)
def look_at_text(body: dict, number: str) -> object:
    """Read the texts whole in which identity and mobile numbers are hidden; the look stands in the journal."""
    lead = queries.get_lead(number, current_actor())
    return {"texts": list(look_at_words(lead, actor=current_actor(), reason=body["reason"]))}


@leads.operation("GET", "/late-leads", query=Query, out=LateLeads)
def late_leads(_query: dict) -> object:
    """Say how many leads are late, by organisation, to whoever answers for them."""
    late = queries.late_by_organisation(current_actor())
    wanted = select(Organisation).where(Organisation.id.in_(late)).order_by(Organisation.code)
    return {"items": [{"organisation": each, "late": late[each.id]} for each in db.session.scalars(wanted)]}


def _changed(number: str, action: str = queries.READ) -> Lead:
    """Return a lead, locked, in the version that the caller has seen; 428 and 412 otherwise."""
    lead = queries.get_lead(number, current_actor(), action=action, lock=True)
    etags.require(
        etags.etag_of_lead(lead),
        sent=request.headers.get("If-Match"),
        current=lambda: LeadMovedOut().dump(_stands(lead)),  # not every caller may read what it says
        wanted=request.get_json(),
    )
    return lead


def _moved(lead: Lead) -> tuple[dict, dict[str, str]]:
    """Return where a lead stands now, and whether the caller still sees it."""
    db.session.flush()  # the version that the answer names, and the place where it lies, are those that are stored
    return _stands(lead), {"ETag": etags.quoted(etags.etag_of_lead(lead))}


def _stands(lead: Lead) -> dict[str, object]:
    known = queries.visible_leads(current_actor()).where(Lead.id == lead.id)
    in_sight = db.session.scalar(known.with_only_columns(Lead.id)) is not None
    if not in_sight:  # a number would say that there is something to look for
        return {"number": None, "state": None, "in_sight": False}
    return {"number": lead.number, "state": lead.state, "in_sight": True}


def _colleague(lead: Lead, ref: str) -> Person:
    """Return a person who serves in the line of this lead's organisation; anybody else is as good as unknown."""
    person = people.get_person(ref)
    if {held.organisation_id for held in person.appointments} & set(path_of(lead.organisation)):
        return person
    return people.get_person("")


def _lines(found: Iterable[Lead]) -> list[dict[str, object]]:
    rows = list(found)
    wanted = select(LeadStep.lead_id, func.count()).where(LeadStep.lead_id.in_([lead.id for lead in rows]))
    steps = {row[0]: row[1] for row in db.session.execute(wanted.group_by(LeadStep.lead_id))}
    return [_line(lead, etags.version(lead.version, steps.get(lead.id, 0))) for lead in rows]


def _line(lead: Lead, etag: str) -> dict[str, object]:
    return {name: getattr(lead, name) for name in LINE} | {"round": lead.round.code, "etag": etags.quoted(etag)}


def _full(lead: Lead) -> dict[str, object]:
    return _line(lead, etags.etag_of_lead(lead)) | {
        "title": lead.title,
        "content": lead.content,
        "about": {name: lead.about.get(name, []) for name in ABOUT},
        "violations": lead.violations,
        "concerns": db.session.get(Organisation, lead.concerns_id) if lead.concerns_id else None,
        "same_as": lead.same_as.number if lead.same_as else None,
        "cases": [case.number for case in linked_cases(lead)],
        "cases_total": linked_total(lead),
        "due_why": shown.why(recalled(lead.due_why)),
        "talks": lead.talks,
        "story": lead.steps,
    }


def _narrowed(wanted: Select, query: dict) -> Select:
    for column in ("state", "channel"):
        if query[column]:
            wanted = wanted.where(getattr(Lead, column) == query[column])
    if query["need"]:
        wanted = wanted.where(queries.NEEDS[query["need"]]())
    if query["organisation"]:
        wanted = wanted.where(Lead.organisation.has(Organisation.code == query["organisation"]))
    if query["round"]:
        wanted = wanted.where(Lead.round.has(Round.code == query["round"]))
    if query["officer"] == "nobody":
        wanted = wanted.where(Lead.officer_id.is_(None))
    elif query["officer"]:
        ref = g.person.ref if query["officer"] == "me" else query["officer"]
        wanted = wanted.where(Lead.officer.has(Person.ref == ref))
    if query["q"]:
        wanted = wanted.where(Lead.number.icontains(query["q"], autoescape=True))
    return wanted
