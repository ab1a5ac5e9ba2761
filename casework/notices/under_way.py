"""Waves that are under way, as the way out asks about them: which may speak now, and how fast.

A wave whose campaign does not run keeps its messages ready; so do all of them when
nobody has looked at the campaigns for too long (`campaigns.absence`): a restored backup
would say again what it does not know to have said. One that has a pace
leaves in batches of its own, so that a slow campaign holds up nobody else's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from casework import clock
from casework.campaigns.absence import absence
from casework.campaigns.models import Campaign, Wave
from casework.db import db
from casework.notices.manners import Rate

SPEAKING = ("fanning", "sending")
RUNS = "running"
A_MINUTE, AT_ONCE_SECONDS = 60, 5


@dataclass(frozen=True)
class UnderWay:
    """One wave of a campaign, which runs or does not; `per_minute` is 0 where the carrier alone sets the pace."""

    wave_id: int
    campaign_ref: str
    runs: bool
    per_minute: int

    @property
    def at_once(self) -> int:
        """Return how many of its messages may be one call."""
        return max(1, self.per_minute * AT_ONCE_SECONDS // A_MINUTE)

    @property
    def rate(self) -> Rate:
        """Return its pace as the buckets of the way out know it."""
        return Rate(self.per_minute / A_MINUTE, self.at_once)


def waves_that_speak() -> Sequence[UnderWay]:
    """Return every wave that is being written or sent, in one question; what stands in memory is not trusted."""
    columns = (Wave.id, Campaign.ref, Campaign.state, Campaign.per_minute)
    wanted = select(*columns).join(Campaign, Campaign.id == Wave.campaign_id).where(Wave.state.in_(SPEAKING))
    away = absence(clock.now())
    return [
        UnderWay(row.id, row.ref, runs=row.state == RUNS and not away, per_minute=row.per_minute)
        for row in db.session.execute(wanted.order_by(Wave.id))
    ]
