"""What the gate may answer about a message, and the hours in which it lets nothing pass."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from casework import clock


@dataclass(frozen=True)
class Verdict:
    """Where a message goes instead of out, and why; `wait_until` is set when it goes back to ready.

    Where the pause is of our own making, `not_after` is what its time becomes, so that waiting does not end it.
    """

    state: str
    note: str
    wait_until: datetime | None = None
    not_after: datetime | None = None


@lru_cache(maxsize=128)  # a batch asks the same for each of its messages
def quiet_until(now: datetime, begin: time, end: time) -> datetime | None:
    """Return when the present quiet hours end (UTC), or None outside them; they may span midnight."""
    local = now.astimezone(clock.BEIJING)
    hour = local.time()
    within = begin <= hour < end if begin < end else hour >= begin or hour < end
    if not within:
        return None
    day = local.date() if hour < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, clock.BEIJING).astimezone(UTC)
