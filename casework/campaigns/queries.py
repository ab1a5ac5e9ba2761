"""Questions about campaigns, their waves, and the graduates whom nobody could reach."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from casework.campaigns.models import Campaign, ContactTask, Recipient, Wave
from casework.db import db
from casework.errors import N_, NotFound
from casework.people.models import Organisation
from workflows.access import SYSTEM, Actor, Reach, Scope, scope_of

LIVE = ("approved", "running", "paused")
"""States in which a campaign has something to say, or may have again."""


def within_scopes(
    organisation_id: InstrumentedAttribute[int],
    actor: Actor,
    action: str,
    *,
    college_id: InstrumentedAttribute[int | None] | None = None,
) -> ColumnElement[bool]:
    """Return the condition that a thing of an organisation, and of a college, is in a person's scope.

    What is granted for certain kinds or states alone reaches nothing: whatever asks here has neither.
    """
    found = []
    for scope in scope_of(actor, action):
        if scope.kinds is not None or scope.states is not None:
            continue  # granted for some cases only: nothing here is a case
        if scope.college_id is None:
            found.append(_organisations(organisation_id, scope))
        elif college_id is not None:
            found.append(and_(_organisations(organisation_id, scope), college_id == scope.college_id))
    return or_(false(), *found)


def _organisations(organisation_id: InstrumentedAttribute[int], scope: Scope) -> ColumnElement[bool]:
    if scope.reach is Reach.OWN:
        return organisation_id == scope.organisation_id
    path = select(Organisation.path).where(Organisation.id == scope.organisation_id).scalar_subquery()
    below = select(Organisation.id).where(Organisation.path.startswith(path))
    return organisation_id.in_(below)


def in_campaign_scope(actor: Actor, action: str = "campaign:read") -> ColumnElement[bool]:
    """Return which campaigns this person may do this with, as a condition."""
    return within_scopes(Campaign.organisation_id, actor, action)


def visible_campaigns(actor: Actor) -> Select[Campaign]:
    """Return the campaigns that a person sees, newest first."""
    wanted = select(Campaign).options(joinedload(Campaign.organisation), joinedload(Campaign.round))
    return wanted.where(in_campaign_scope(actor)).order_by(Campaign.id.desc())


def get_campaign(ref: str, actor: Actor, *, lock: bool = False) -> Campaign:
    """Return a campaign that this person sees; raise `NotFound` otherwise. `lock` keeps others from moving it."""
    wanted = select(Campaign).filter_by(ref=ref)
    if actor is not SYSTEM:
        wanted = wanted.where(in_campaign_scope(actor))
    if lock:
        wanted = wanted.with_for_update(key_share=True, of=Campaign).execution_options(populate_existing=True)
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这项提醒活动，或不在您的权限范围内。"))
    return found


def lock_campaign(campaign_id: int) -> Campaign:
    """Return a campaign that nobody else moves before the commit. Whoever locks waves too locks them after it."""
    wanted = select(Campaign).filter_by(id=campaign_id).with_for_update(key_share=True, of=Campaign)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def lock_waves(campaign: Campaign) -> Sequence[Wave]:
    """Return the waves of a campaign, in their order; nobody else begins, fans out or ends them before the commit."""
    wanted = select(Wave).filter_by(campaign_id=campaign.id).order_by(Wave.number)
    wanted = wanted.with_for_update(key_share=True, of=Wave)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def lock_wave(wave_id: int) -> Wave:
    """Return a wave that nobody else fans out or judges before the commit."""
    wanted = select(Wave).filter_by(id=wave_id).with_for_update(key_share=True, of=Wave)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def last_recipient(campaign_id: int) -> int:
    """Return the record at which fan-out ends; 0 for an empty list."""
    return db.session.scalar(select(func.max(Recipient.record_id)).where(Recipient.campaign_id == campaign_id)) or 0


def in_task_scope(actor: Actor) -> ColumnElement[bool]:
    """Return which graduates' tasks a person sees: those of the organisations whose campaigns they see."""
    return within_scopes(ContactTask.organisation_id, actor, "campaign:read")


def get_task(ref: str, actor: Actor) -> ContactTask:
    """Return one graduate whom nobody could reach; raise `NotFound` when this person does not see them."""
    wanted = select(ContactTask).filter_by(ref=ref)
    if actor is not SYSTEM:
        wanted = wanted.where(in_task_scope(actor))
    wanted = wanted.with_for_update(key_share=True, of=ContactTask).execution_options(populate_existing=True)
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这项联系任务，或不在您的权限范围内。"))
    return found
