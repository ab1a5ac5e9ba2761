"""When a campaign speaks: its waves, and the hours outside which nothing leaves.

The default is the one that worked: the first working days of August, then the 8th,
15th, 22nd and 26th, and the last three days, at ten in the morning. A day is a date
of the plan, so a wave on a Sunday is meant; only the first ones wait for working days.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from casework import clock
from casework.campaigns.models import Campaign, Wave
from workflows.calendars import Calendar

DAYS = (8, 15, 22, 26, 29, 31)
FIRST_DAYS = 2
MONTH = 8
HOUR = time(10, 0)
MIDNIGHT = 24


def default_stop(year: int) -> date:
    """Return the last day of confirming."""
    return date(year, MONTH, 31)


def default_starts(year: int, *, calendar: Calendar) -> list[datetime]:
    """Return when the waves of a round's year begin; a year whose holidays nobody knows counts Monday to Friday."""
    first = [date(year, MONTH, day) for day in range(1, min(DAYS)) if _works(calendar, date(year, MONTH, day))]
    return [moment(day, HOUR) for day in (*first[:FIRST_DAYS], *(date(year, MONTH, day) for day in DAYS))]


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
