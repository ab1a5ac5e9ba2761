"""Mandates: the papers by which somebody signs for an office holder."""

from casework import clock
from casework.api.resource import Resource
from casework.api.schemas.fields import PageQuery
from casework.api.schemas.ties import MandateIn, MandateOut, MandatePage
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.operations.permit import permit_named
from casework.operations.record_mandate import record_mandate, revoke_mandate
from casework.people.queries import get_organisation, get_person
from casework.reports.mandates import STANDING, get_mandate, mandates_of, state_of
from casework.reports.models import Mandate
from casework.rounds.queries import get_round

mandates = Resource("mandates", "Papers by which somebody signs for an office holder")


@mandates.operation("GET", "/mandates", query=PageQuery, out=MandatePage)
def list_mandates(query: dict) -> object:
    """List the papers of the bodies whose reports one reads; revoked and ended ones too."""
    wanted = mandates_of(current_actor())
    found = page_of(wanted, known=wanted, name=Mandate.ref, after=query["after"], limit=query["limit"])
    return {"items": [_shown(each) for each in found.items], "next": found.next}


@mandates.operation("POST", "/mandates", body=MandateIn, out=MandateOut, status=201)
def file_mandate(body: dict) -> object:
    """File a mandate before it is used; it ends by itself."""
    given = {name: body[name] for name in ("slot", "valid_from", "valid_to", "document", "reason")}
    organisation = get_organisation(body["organisation"])
    permit_named(current_actor(), "report:freeze", organisation=organisation)  # before anything else is looked for
    made = record_mandate(
        organisation=organisation,
        round_=get_round(body["round"]),
        delegate=get_person(body["delegate"]),
        principal=get_person(body["principal"]),
        actor=current_actor(),
        **given,
    )
    return _shown(made)


@mandates.operation("POST", "/mandates/<name:ref>/revocation", out=MandateOut)
def end_mandate(ref: str) -> object:
    """End a paper before its time; signatures that rest on it stay."""
    actor = current_actor()
    return _shown(revoke_mandate(get_mandate(ref, actor), actor=actor))


def _shown(mandate: Mandate) -> dict[str, object]:
    names = ("ref", "kind", "slot", "principal", "valid_from", "valid_to", "document", "revoked_at")
    return {name: getattr(mandate, name) for name in names} | {
        "delegate": mandate.person,
        "reason": mandate.reason or "",
        "standing": state_of(mandate, on=clock.today()) == STANDING,
    }
