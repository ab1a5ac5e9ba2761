"""Questions about the papers on file: who may sign for whom, from when until when."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import joinedload

from casework.db import db
from casework.errors import N_, NotFound
from casework.people.models import Organisation
from casework.reports.models import Mandate
from workflows.access import Actor, Reach, scope_of

ENDED, REVOKED, AHEAD, STANDING = "ended", "revoked", "ahead", "standing"


def mandates_of(actor: Actor) -> Select[Mandate]:
    """Select the papers of the bodies whose reports this person reads whatever their state."""
    people = (joinedload(Mandate.person), joinedload(Mandate.principal))
    return select(Mandate).where(Mandate.organisation_id.in_(_bodies(actor))).options(*people)


def get_mandate(ref: str, actor: Actor) -> Mandate:
    """Return one of them; `NotFound` when it is none of this person's."""
    found = db.session.scalars(mandates_of(actor).where(Mandate.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这份授权，或不在您的权限范围内。"))
    return found


def standing_mandates(organisation_id: int, slot: str, *, on: date) -> Sequence[Mandate]:
    """Return the mandates in force on a day for one slot of a body."""
    wanted = select(Mandate).filter_by(organisation_id=organisation_id, slot=slot, revoked_at=None)
    return db.session.scalars(wanted.where(Mandate.valid_from <= on, Mandate.valid_to >= on)).all()


def state_of(mandate: Mandate, *, on: date) -> str:
    """Return where a paper stands on a day: nobody has to end it."""
    if mandate.revoked_at is not None:
        return REVOKED
    if on < mandate.valid_from:
        return AHEAD
    return ENDED if on > mandate.valid_to else STANDING


def _bodies(actor: Actor) -> Select[int]:
    scopes = [scope for scope in scope_of(actor, "report:read") if scope.states is None]
    seats = {scope.organisation_id for scope in scopes}
    below = {scope.organisation_id for scope in scopes if scope.reach is Reach.BELOW}
    paths = db.session.scalars(select(Organisation.path).where(Organisation.id.in_(below))).all()
    inside: list[ColumnElement[bool]] = [Organisation.path.startswith(path, autoescape=True) for path in paths]
    return select(Organisation.id).where(or_(false(), Organisation.id.in_(seats), *inside))
