"""Triage of leads: what may be the same matter, and the cases that answer them. Proposals decide nothing."""

from flask_babel import gettext

from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.lead_links import (
    AlikeList,
    CaseFromLeadIn,
    LeadPairIn,
    LeadPairOut,
    LinkedOut,
    LinkIn,
    OfferedList,
    OpenedFromLeadOut,
    PartIn,
    ReadyList,
    UnlinkIn,
)
from casework.cases import lead_cases
from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.leads import alike
from casework.leads.known import registrations
from casework.leads.models import Lead
from casework.leads.queries import get_lead, get_leads
from casework.leads.same_matter import Proposed, proposed
from casework.leads.themes import LABELS
from casework.operations.decide_pair import decide_pair, part_leads
from casework.operations.link_lead import link_lead, unlink_lead
from casework.operations.open_from_lead import lock_to_open, open_from_lead
from casework.operations.permit_lead import permit_lead

ACTION = "lead:link"

lead_links = Resource("lead_links", "Triage: leads that may be one matter, and the cases that answer them")


@lead_links.operation("GET", "/leads/<name:number>/alike", query=Query, out=AlikeList)
def list_alike(_query: dict, number: str) -> object:
    """List the leads that may be about the same matter, with why; deciding is a person's."""
    return {"items": [_alike(each) for each in proposed(_seen(number), current_actor())]}


@lead_links.operation("GET", "/leads/<name:number>/offered-cases", query=Query, out=OfferedList)
def list_offered(_query: dict, number: str) -> object:
    """List the cases about what the lead names, of those to which the caller may link it."""
    found = lead_cases.cases_for(_seen(number), current_actor())
    items = [
        {
            "case": each.case.number,
            "kind": each.case.kind,
            "state": each.case.state,
            "why": [gettext(lead_cases.REASONS[reason]) for reason in each.why],
        }
        for each in found
    ]
    return {"items": items}


@lead_links.operation("GET", "/ready-leads", query=Query, out=ReadyList)
def list_ready(_query: dict) -> object:
    """List the leads that can be answered: each linked case is through its second review."""
    return {"items": [lead.number for lead in lead_cases.ready_to_answer(current_actor())]}


@lead_links.operation("POST", "/leads/<name:number>/links", body=LinkIn, out=LinkedOut, status=201)
def link(body: dict, number: str) -> object:
    """Link a lead to a case; a lead that nobody has taken on is taken on with it."""
    actor = current_actor()
    lead = get_lead(number, actor, lock=True)
    case = lead_cases.case_to_link(body["case"], actor)
    done = link_lead(lead, case, actor=actor, reason=body["reason"], reopen=body["reopen"])
    told = {"linked": True, "concluded": done.concluded, "reopened": done.reopened}
    return {"lead": lead.number, "case": case.number} | told


@lead_links.operation("POST", "/leads/<name:number>/unlinks", body=UnlinkIn, out=LinkedOut)
def unlink(body: dict, number: str) -> object:
    """Take a link back; it stays on record."""
    actor = current_actor()
    lead = get_lead(number, actor, lock=True)
    case = lead_cases.case_to_link(body["case"], actor)
    unlink_lead(lead, case, actor=actor, reason=body["reason"])
    return {"lead": lead.number, "case": case.number, "linked": False, "concluded": False, "reopened": False}


@lead_links.operation("POST", "/leads/<name:number>/cases", body=CaseFromLeadIn, out=OpenedFromLeadOut, status=201)
def open_case(body: dict, number: str) -> object:
    """Open a case from a lead, or hear which case is about the matter already (409)."""
    actor = current_actor()
    lead = lock_to_open(number, actor)
    where = seen.organisation(body["organisation"], actor, "case:open") if body["organisation"] else None
    case = open_from_lead(
        lead,
        kind=body["kind"],
        records=registrations(lead, body["student_nos"]) if body["student_nos"] else (),
        code=body["code"],
        unit=body["unit"],
        violations=body["violations"],
        organisation=where,
        actor=actor,
    )
    return {"lead": lead.number, "case": case.number, "severity": case.severity}


@lead_links.operation("POST", "/leads/<name:number>/pairs", body=LeadPairIn, out=LeadPairOut, status=201)
def decide_leads(body: dict, number: str) -> object:
    """Say whether two leads are one matter; the later one is merged into the one that came first."""
    actor = current_actor()
    found = {lead.number: lead for lead in get_leads((number, body["other"]), actor, lock=True)}
    for wanted in (number, body["other"]):
        if wanted not in found:
            raise NotFound(N_("没有找到线索 %(number)s，或不在您的权限范围内。"), params={"number": wanted})
    pair = decide_pair(found[number], found[body["other"]], same=body["same"], actor=actor, reason=body["reason"])
    return {"decision": pair.decision, "leads": {lead.number: lead.state for lead in found.values()}}


@lead_links.operation("POST", "/leads/<name:number>/parting", body=PartIn, out=LeadPairOut)
def part(body: dict, number: str) -> object:
    """Undo a merge; the lead stands again where it stood before."""
    actor = current_actor()
    lead = get_lead(number, actor, lock=True)
    survivor = part_leads(lead, actor=actor, reason=body["reason"])
    return {"decision": "different", "leads": {each.number: each.state for each in (lead, survivor)}}


def _seen(number: str) -> Lead:
    lead = get_lead(number, current_actor())
    permit_lead(current_actor(), ACTION, lead)
    return lead


def _alike(each: Proposed) -> dict[str, object]:
    why = [
        {
            "code": reason.code,
            "detail": gettext(alike.REASONS[reason.code]),
            "shared": [gettext(LABELS.get(shared, shared)) for shared in reason.shared],
        }
        for reason in each.why
    ]
    return {"lead": each.lead.number, "state": each.lead.state, "score": each.score, "why": why}
