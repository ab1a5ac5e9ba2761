"""What is kept and what must not go: proposals to erase and legal holds, read by programs; holds placed by them.

Erasing and lifting a hold ask who sits there, which no program can answer: they
stand on the page alone.
"""

from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.retention import ErasuresOut, LegalHoldIn, LegalHoldOut, LegalHoldsOut
from casework.doors.sessions import current_actor
from casework.journal import LegalHold
from casework.operations.erase_round import erasures
from casework.operations.legal_holds import place_hold
from casework.operations.permit import permit_named
from casework.overview.erasures import Erasure
from casework.overview.keeping import HOLD, holds_of
from casework.people.models import Organisation
from casework.people.queries import get_organisation

retention = Resource("retention", "What waits to be erased, and what must not be")


@retention.operation("GET", "/erasures", query=Query, out=ErasuresOut)
def list_erasures(_query: dict) -> object:
    """List what waits for the head of one's own offices to be erased, or was; no program erases."""
    return {"items": [_erasure(each) for each in erasures(current_actor())], "next": None}


@retention.operation("GET", "/holds", query=Query, out=LegalHoldsOut)
def list_holds(_query: dict) -> object:
    """List the legal holds of one's own offices, lifted ones too; those in force first."""
    found = holds_of(current_actor())
    return {"items": [_hold(each, found.organisations[each.organisation_id]) for each in found.rows], "next": None}


@retention.operation("POST", "/holds", body=LegalHoldIn, out=LegalHoldOut, status=201)
def place_a_hold(body: dict) -> object:
    """Place a legal hold; placed twice it stands once, with the first reason. It is lifted on the page."""
    actor, organisation = current_actor(), get_organisation(body["organisation"])
    permit_named(actor, HOLD, organisation=organisation)
    made = place_hold(organisation=organisation, subject=body["subject"], reason=body["reason"], actor=actor)
    return _hold(made, organisation)


def _erasure(each: Erasure) -> dict[str, object]:
    names = ("ref", "organisation", "over_on", "proposed_at", "counts", "done_at", "done_by")
    return {name: getattr(each, name) for name in names} | {"round": each.round.code}


def _hold(hold: LegalHold, organisation: Organisation) -> dict[str, object]:
    names = ("subject", "reason", "placed_at", "lifted_at")
    return {name: getattr(hold, name) for name in names} | {"organisation": organisation}
