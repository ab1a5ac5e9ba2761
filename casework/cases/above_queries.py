"""Questions about requests to the level above."""

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from casework.cases.above import Referral
from casework.cases.models import Case
from casework.cases.queries import in_scope, not_about
from casework.db import db
from casework.errors import N_, NotFound
from workflows.access import Actor, scope_of
from workflows.case import BEING_WORKED

ACTION = "case:take_over"


def waiting(actor: Actor) -> Select[Referral]:
    """Select the requests that wait for an answer of the bodies for which this person takes cases over."""
    return (
        select(Referral)
        .join(Case, Case.id == Referral.case_id)
        .where(Referral.ended_at.is_(None), asked_of(actor), in_scope(actor, ACTION), _still_open())
        .options(joinedload(Referral.case), joinedload(Referral.asked_by_body), joinedload(Referral.asked_by))
    )


def count_waiting(actor: Actor) -> int:
    """Count them."""
    if not scope_of(actor, ACTION):
        return 0
    return db.session.scalar(select(func.count()).select_from(waiting(actor).subquery())) or 0


def asked_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of a request to a body for which this person takes cases over."""
    seats = sorted({scope.organisation_id for scope in scope_of(actor, ACTION)})
    return and_(Referral.asked_of_id.in_(seats), not_about(actor.bodies)) if seats else false()


def get_referral(ref: str, actor: Actor, *, lock: bool = False) -> Referral:
    """Return one request to a body for which this person takes cases over, answered or not; `NotFound` otherwise."""
    wanted = select(Referral).join(Case, Case.id == Referral.case_id).where(Referral.ref == ref, asked_of(actor))
    if lock:
        wanted = wanted.with_for_update(of=Referral).execution_options(populate_existing=True)
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这项请求，或不在您的权限范围内。"))
    return found


def _still_open() -> ColumnElement[bool]:
    return or_(Case.state.in_(BEING_WORKED), and_(Case.state == "corrected", Case.accepted_at.is_(None)))
