"""Pause a running campaign at once, let it go on, revise or cancel it: by a person; a pause also by the service itself.

Nothing more has to happen for a pause to hold: the gate reads the campaign's state
in the transaction that lets a batch out. The waves are left to whoever looks at the
campaigns next: it fans out again what was let go on, and ends what was cancelled.
"""

from casework.campaigns.models import Campaign
from casework.campaigns.pauses import PAUSES
from casework.operations.move_campaign import move_campaign
from casework.operations.permit_campaign import permit_campaign
from workflows.access import SYSTEM, Actor


def pause_campaign(campaign: Campaign, *, reason: str, actor: Actor) -> Campaign:
    """Stop a campaign; what the carrier has not been given stays with us."""
    permit_campaign(actor, "campaign:draft", campaign)
    move_campaign(campaign, "pause", actor=actor, reason=reason)
    return campaign


def resume_campaign(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Let a paused campaign go on; whoever does so has judged a canary that did not arrive."""
    permit_campaign(actor, "campaign:draft", campaign)
    move_campaign(campaign, "resume", actor=actor)
    return campaign


def revise_campaign(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Take a fixed campaign back to its draft; what was approved is approved no more."""
    permit_campaign(actor, "campaign:draft", campaign)
    move_campaign(campaign, "revise", actor=actor)
    return campaign


def cancel_campaign(campaign: Campaign, *, reason: str, actor: Actor) -> Campaign:
    """End a campaign before its time; what has not left never will."""
    permit_campaign(actor, "campaign:draft", campaign)
    move_campaign(campaign, "cancel", actor=actor, reason=reason)
    return campaign


def pause_by_itself(campaign: Campaign, because: str, **said: object) -> None:
    """Stop a campaign for one of the reasons of `PAUSES`, with its numbers; a person lets it go on."""
    move_campaign(campaign, "pause", actor=SYSTEM, reason=PAUSES[because] % said, because=because)
