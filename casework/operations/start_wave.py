"""Begin a wave whose time has come: those whom no message could reach become tasks, the rest is fanned out by a job."""

from casework import clock, journal, promises
from casework.campaigns.audience import BROKEN, NO_ADDRESS, QUIET, named, verdict
from casework.campaigns.facts import facts_of
from casework.campaigns.models import Campaign, Wave
from casework.campaigns.pauses import OTHER_WORDS
from casework.campaigns.rule import Rule
from casework.db import db
from casework.intake.models import Record
from casework.notices.reminders import reminded
from casework.operations.contact_tasks import Unreached, open_tasks
from casework.operations.move_campaign import move_campaign
from workflows.access import SYSTEM
from workflows.campaign import refusals

FAN_OUT = "fan_out"
AT_ONCE = 1000


def start_wave(wave: Wave) -> Wave:
    """Let a planned wave begin; the first one of an approved campaign makes it run. A wave that has begun stays so.

    A campaign that is not what was approved is paused instead, with the reason, and holds up no other.
    """
    if wave.state != "planned":
        return wave
    campaign = wave.campaign
    if campaign.state == "approved" and not _begin(campaign):
        return wave
    wave.state, wave.started_at = "fanning", clock.now()
    wave.cursor, wave.expected, wave.left_out = 0, 0, {}
    wave.canary = "waiting" if campaign.canary_share > 0 else "good"
    _tasks_for_the_unreachable(campaign)
    promises.promise(FAN_OUT, wave=wave.id)
    journal.record(
        organisation_id=campaign.organisation_id,
        action="campaign:wave",
        actor=str(SYSTEM.id),
        subject=campaign.ref,
        facts={"wave": wave.number, "audience_hash": campaign.audience_hash, "text_hash": campaign.text_hash},
    )
    return wave


def _begin(campaign: Campaign) -> bool:
    refused = refusals(facts_of(campaign), "begin", actor=SYSTEM)
    if refused:
        because = "".join(map(str, refused))
        move_campaign(campaign, "pause", actor=SYSTEM, reason=because, because=OTHER_WORDS)
        return False
    move_campaign(campaign, "begin", actor=SYSTEM)
    return True


def _tasks_for_the_unreachable(campaign: Campaign) -> None:
    """Open tasks for those whom the rule names and whom the list leaves off because no message reaches them."""
    said = verdict(campaign.channels, reminded=reminded(Record.id, since=clock.now() - QUIET))
    rule = Rule.read(campaign.audience)
    whom = named(rule, organisation=campaign.organisation, round_id=campaign.round_id)
    rows = db.session.execute(whom.add_columns(Record.organisation_id, said).where(said.in_((NO_ADDRESS, BROKEN))))
    for part in rows.partitions(AT_ONCE):
        open_tasks([Unreached(*row) for row in part], campaign_id=campaign.id)
