"""Jobs about campaigns: fan a wave out, shard by shard, and look at what is due and what became of it."""

from casework import promises
from casework.campaigns.models import Wave
from casework.campaigns.queries import last_recipient
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.fan_out import fan_out as fan_out_shard
from casework.operations.look_at_campaigns import look_at_campaigns


def fan_out(ref: str = "", *, wave: int) -> dict:
    """Write the letters of a wave until the list is through or its canary has to be judged; a shard a transaction."""
    told, more = 0, True
    total = last_recipient(db.session.get_one(Wave, wave).campaign_id)
    while more:
        with unit_of_work():
            done = fan_out_shard(wave)
            told, more = told + done.told, done.more
            if ref:
                promises.extend(ref, progress=db.session.get_one(Wave, wave).cursor, total=total)
    return {"told": told}


def look(_ref: str = "") -> dict:
    """Look at every campaign once."""
    with unit_of_work():
        return look_at_campaigns()
