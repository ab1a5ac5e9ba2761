"""Jobs about campaigns: fan a wave out, shard by shard, and look at what is due and what became of it."""

import logging
from collections import Counter

from sqlalchemy.exc import DBAPIError

from casework import promises
from casework.campaigns.models import Wave
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.contact_tasks import end_answered
from casework.operations.fan_out import fan_out as fan_out_shard
from casework.operations.look_at_campaigns import campaigns_to_look_at, look_at_campaign

log = logging.getLogger(__name__)


def fan_out(ref: str = "", *, wave: int) -> dict:
    """Write the letters of a wave until the list is through or its canary has to be judged; a shard a transaction."""
    told, more = 0, True
    total = db.session.get_one(Wave, wave).campaign.audience_count
    while more:
        with unit_of_work():
            done = fan_out_shard(wave)
            told, more = told + done.told, done.more
            if ref:
                promises.extend(ref, progress=_reached(db.session.get_one(Wave, wave)), total=total)
    return {"told": told}


def _reached(wave: Wave) -> int:
    return wave.expected + sum(wave.left_out.values())


def look(_ref: str = "") -> dict:
    """Look at every campaign once, a transaction each; one that fails keeps no other from its turn.

    What failed is raised at the end: a fault of the database as it is, so that the turn counts for none.
    """
    found, faults = Counter[str](), list[Exception]()
    with unit_of_work():
        waiting = campaigns_to_look_at()
    for campaign_id in waiting:
        try:
            with unit_of_work():
                found.update(look_at_campaign(campaign_id))
        except Exception as fault:  # whatever happens to one campaign, the next must be looked at
            log.exception("a look at the campaign with the id %s failed", campaign_id)
            faults.append(fault)
    with unit_of_work():
        found["answered"] = end_answered()
    for each in faults:
        if isinstance(each, DBAPIError):
            raise each
    if faults:
        raise ExceptionGroup("some campaigns could not be looked at", faults)
    return dict(found)
