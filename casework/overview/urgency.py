"""How urgent a deadline is: four levels, each with its shape, words and colour on the page.

The level is a comparison with the clock and is stored nowhere. Days are
calendar days in Beijing, because that is how people read a date.
"""

from dataclasses import dataclass
from datetime import datetime

from casework import clock

SOON_DAYS = 7
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Urgency:
    """`kind` is od (overdue), td (today), sn (within a week), lt (later), pz (waits), no (no deadline runs)."""

    kind: str
    due_at: datetime | None = None
    days: int = 0
    hours: int = 0
    minutes: int = 0

    @property
    def whole_day(self) -> bool:
        """Say whether the deadline is a date without an hour (it ends at 23:59:59)."""
        return self.due_at is not None and f"{self.due_at.astimezone(clock.BEIJING):%H%M}" == "2359"


def urgency(due_at: datetime | None, now: datetime, *, waits: bool = False) -> Urgency:
    """Return how urgent a deadline is at a moment; `waits` says that somebody else has the next step."""
    if due_at is None:
        return Urgency("pz" if waits else "no")
    seconds = int(abs((due_at - now).total_seconds()))
    hours, minutes = seconds // HOUR, seconds % HOUR // 60
    if due_at < now:
        return Urgency("od", due_at, seconds // DAY, hours, minutes)
    days = (due_at.astimezone(clock.BEIJING).date() - now.astimezone(clock.BEIJING).date()).days
    kind = "pz" if waits else "td" if days == 0 else "sn" if days <= SOON_DAYS else "lt"
    return Urgency(kind, due_at, days, hours, minutes)
