"""When a campaign speaks: its waves, and the hours outside which nothing leaves.

The default is the one that worked: the first working days of August, then the 8th,
15th, 22nd, 26th, 29th and 31st, at ten in the morning. A day is a date of the plan, so
a wave on a Sunday is meant; only the first ones wait for working days.

Two of these dates stand closer together than whoever was told is left in peace. They
stay: such a wave is for those whom the one before did not reach, and the plan says so
at the wave (`close_to_the_last`). Where three days lie between, the later wave begins
in the afternoon, since the letters of a wave take a while to leave.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from casework import clock
from casework.campaigns.audience import QUIET
from casework.campaigns.models import Campaign, Wave
from workflows.calendars import Calendar

DAYS = (8, 15, 22, 26, 29, 31)
FIRST_DAYS = 2
MONTH = 8
HOUR, AFTERNOON = time(10, 0), time(16, 0)
A_WAVE_TAKES = timedelta(hours=2)
"""For about so long letters leave after a wave has begun: its first hundredth is waited for."""
MIDNIGHT = 24


def default_stop(year: int) -> date:
    """Return the last day of confirming."""
    return date(year, MONTH, 31)


def default_starts(year: int, *, calendar: Calendar) -> list[datetime]:
    """Return when the waves of a round's year begin; a year whose holidays nobody knows counts Monday to Friday."""
    first = [date(year, MONTH, day) for day in range(1, min(DAYS)) if _works(calendar, date(year, MONTH, day))]
    days = [*first[:FIRST_DAYS], *(date(year, MONTH, day) for day in DAYS)]
    after_three = {later for earlier, later in pairwise(days) if later - earlier == QUIET}
    return [moment(day, AFTERNOON if day in after_three else HOUR) for day in days]


def close_to_the_last(starts: Iterable[datetime]) -> Mapping[datetime, timedelta]:
    """Return the beginnings at which whoever the wave before has told is still left in peace, each with the gap."""
    gaps = {later: later - earlier for earlier, later in pairwise(sorted(starts))}
    return {start: gap for start, gap in gaps.items() if gap < QUIET + A_WAVE_TAKES}


def moment(day: date, hour: time) -> datetime:
    """Return a time of day in Beijing as an aware moment."""
    return datetime.combine(day, hour, clock.BEIJING).astimezone(UTC)


def end_of(day: date, *, hour: int) -> datetime:
    """Return when the last message of a day may leave."""
    return moment(day, time(hour)) if hour < MIDNIGHT else moment(day, time(0)) + timedelta(days=1)


def ends_at(wave: Wave, *, campaign: Campaign, waves: Sequence[Wave]) -> datetime:
    """Return until when the letters of a wave may leave: the next wave's beginning, or the end of the last day."""
    later = [other.starts_at for other in waves if other.starts_at > wave.starts_at]
    return min((end_of(campaign.stop_on, hour=campaign.hour_to), *later))


def may_speak(campaign: Campaign, now: datetime) -> bool:
    """Say whether messages of a campaign may leave at this moment: within its hours, not after its last day."""
    here = now.astimezone(clock.BEIJING)
    return campaign.hour_from <= here.hour < campaign.hour_to and here.date() <= campaign.stop_on


def _works(calendar: Calendar, day: date) -> bool:
    if day.year not in calendar.years:
        return day.isoweekday() <= 5  # noqa: PLR2004 - Friday
    return calendar.working_day(day)
