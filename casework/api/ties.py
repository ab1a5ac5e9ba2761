"""Ties that keep a person from a matter: read, declare for oneself, record for others, withdraw."""

from flask import g
from flask_babel import gettext

from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.ties import DeclaredOut, OwnTieIn, TieIn, TieOut, TiesOut, WhyIn
from casework.doors.sessions import current_actor
from casework.operations.declare_tie import declare_tie, withdraw_tie
from casework.operations.permit_ties import permit_ties
from casework.people.models import Person, Relation
from casework.people.queries import get_person
from casework.people.relations import get_tie, shown_value, ties_declared
from workflows.ties import DECLARABLE, Tie

ties = Resource("ties", "Ties that keep a person from a matter")


@ties.operation("GET", "/me/ties", query=Query, out=TiesOut)
def list_own_ties(_query: dict) -> object:
    """List one's own ties, withdrawn ones too."""
    return _listed(g.person)


@ties.operation("POST", "/me/ties", body=OwnTieIn, out=DeclaredOut, status=201)
def declare_own_tie(body: dict) -> object:
    """Declare a tie; the cases and leads from which it keeps one away are taken off at once."""
    return _declared(g.person, body)


@ties.operation("GET", "/people/<name:ref>/ties", query=Query, out=TiesOut)
def list_ties(_query: dict, ref: str) -> object:
    """List somebody's ties, for whoever looks after them."""
    person = get_person(ref)
    permit_ties(person, current_actor())
    return _listed(person)


@ties.operation("POST", "/people/<name:ref>/ties", body=TieIn, out=DeclaredOut, status=201)
def record_tie(body: dict, ref: str) -> object:
    """Record a tie of somebody else, with a reason; they are told."""
    return _declared(get_person(ref), body)


@ties.operation("POST", "/ties/<name:ref>/withdrawal", body=WhyIn, out=TieOut)
def withdraw(body: dict, ref: str) -> object:
    """Withdraw a tie, with a reason; it stays on record."""
    return _tie(withdraw_tie(get_tie(ref), reason=body["reason"], actor=current_actor()))


def _declared(person: Person, body: dict) -> dict[str, object]:
    made = declare_tie(person, kind=body["kind"], value=body["value"], reason=body["reason"], actor=current_actor())
    return {"tie": _tie(made.tie), "cases": made.kept_from.cases, "leads": made.kept_from.leads}


def _listed(person: Person) -> dict[str, object]:
    return {"items": [_tie(each) for each in ties_declared(person)], "next": None}


def _tie(tie: Relation) -> dict[str, object]:
    return {
        "ref": tie.ref,
        "kind": tie.kind,
        "label": gettext(DECLARABLE[Tie(tie.kind)].label),
        "value": shown_value(tie),
        "declared_at": tie.declared_at,
        "declared_by": tie.declared_by,
        "reason": tie.reason or "",
        "withdrawn_at": tie.withdrawn_at,
        "why_withdrawn": tie.why_withdrawn or "",
    }
