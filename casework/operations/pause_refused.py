"""Pause a campaign at the first refusal that all of its letters would only repeat; a person lets it go on."""

from collections.abc import Collection

from sqlalchemy import select

from casework.campaigns.models import Campaign, Wave
from casework.db import db
from casework.operations.steer_campaign import pause_by_itself

RUNS = "running"


def pause_refused(wave_ids: Collection[int], *, because: str) -> int:
    """Pause the campaigns of these waves that run, for one of the reasons of `PAUSES`; return how many."""
    if not wave_ids:
        return 0
    theirs = select(Wave.campaign_id).where(Wave.id.in_(wave_ids))
    wanted = select(Campaign).where(Campaign.id.in_(theirs)).order_by(Campaign.id)
    wanted = wanted.with_for_update(key_share=True, of=Campaign)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).all()
    running = [campaign for campaign in found if campaign.state == RUNS]
    for campaign in running:
        pause_by_itself(campaign, because)
    return len(running)
