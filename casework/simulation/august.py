"""The campaign of a rehearsal: drafted, frozen, approved by another person, and carried out wave by wave."""

from datetime import timedelta

from sqlalchemy import exists, select

from casework import clock
from casework.campaigns.models import Campaign, Wave
from casework.campaigns.plan import default_starts
from casework.campaigns.queries import LIVE
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import campaigns
from casework.operations.approve_campaign import approve_campaign
from casework.operations.draft_campaign import draft_campaign
from casework.operations.freeze_campaign import freeze_campaign
from casework.people.queries import get_organisation
from casework.rounds.queries import get_round
from casework.simulation.office import APPROVER, HEAD, UNIVERSITY, actor_in
from casework.simulation.plan import Plan
from casework.working_days import calendar

NAME = "暑期去向确认提醒"
AHEAD = timedelta(days=3)
"""So long before its first wave a campaign is drafted."""


def prepare(plan: Plan) -> bool:
    """Draft, freeze and approve the campaign when its first wave is near; say whether that was today."""
    now = clock.now()
    starts = [start for start in default_starts(plan.round.cohort, calendar=calendar()) if start > now]
    if not plan.graduates.number or not starts or starts[0] - now > AHEAD or _planned():
        return False
    with unit_of_work():
        made = draft_campaign(
            organisation=get_organisation(UNIVERSITY),
            round_=get_round(plan.round.code),
            name=NAME,
            actor=actor_in(HEAD),
        )
        freeze_campaign(made, actor=actor_in(HEAD))
        seen = {"audience_hash": made.audience_hash, "text_hash": made.text_hash}
        approve_campaign(made, **seen, actor=actor_in(APPROVER))
    return True


def carry_on() -> None:
    """Do what the scheduler and its workers do: look at the campaign, and write the letters that are due."""
    campaigns.look()
    for wave_id in db.session.scalars(select(Wave.id).where(Wave.state == "fanning").order_by(Wave.id)).all():
        campaigns.fan_out(wave=wave_id)


def under_way() -> bool:
    """Say whether a wave is due or not yet through."""
    begun = Wave.state.in_(("fanning", "sending"))
    due = (Wave.state == "planned") & (Wave.starts_at <= clock.now())
    return bool(db.session.scalar(select(exists().where(begun | due))))


def speaks() -> bool:
    """Say whether there is a campaign that is not over."""
    return bool(db.session.scalar(select(exists().where(Campaign.state.in_(LIVE)))))


def _planned() -> bool:
    return bool(db.session.scalar(select(exists().select_from(Campaign))))
