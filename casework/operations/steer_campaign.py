"""Pause a running campaign at once, let it go on, or cancel it; each by a person, with what follows for its waves.

Nothing more has to happen for a pause to hold: the gate reads the campaign's state
in the transaction that lets a batch out.
"""

from casework import promises
from casework.campaigns.models import Campaign
from casework.operations.judge_wave import go_on
from casework.operations.move_campaign import move_campaign
from casework.operations.permit_campaign import permit_campaign
from casework.operations.start_wave import FAN_OUT
from workflows.access import Actor


def pause_campaign(campaign: Campaign, *, reason: str, actor: Actor) -> Campaign:
    """Stop a campaign; what the carrier has not been given stays with us."""
    permit_campaign(actor, "campaign:draft", campaign)
    move_campaign(campaign, "pause", actor=actor, reason=reason)
    return campaign


def resume_campaign(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Let a paused campaign go on; whoever does so has judged a canary that did not arrive."""
    permit_campaign(actor, "campaign:draft", campaign)
    move_campaign(campaign, "resume", actor=actor)
    for wave in campaign.waves:
        if wave.canary == "bad":
            go_on(wave)
        elif wave.state == "fanning" and wave.canary != "sent":
            promises.promise(FAN_OUT, wave=wave.id)
    return campaign


def cancel_campaign(campaign: Campaign, *, reason: str, actor: Actor) -> Campaign:
    """End a campaign before its time; what has not left never will."""
    permit_campaign(actor, "campaign:draft", campaign)
    move_campaign(campaign, "cancel", actor=actor, reason=reason)
    for wave in campaign.waves:
        if wave.state not in ("done", "skipped"):
            wave.state = "done" if wave.started_at else "skipped"
    return campaign
