"""Beijing time: the only zone in which this package turns moments into days.

China keeps one zone and no daylight saving, so a fixed offset is exact for the
years that matter and needs no zone database on the machine.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def day_in_beijing(moment: datetime) -> date:
    """Return the Beijing date of an aware moment."""
    return moment.astimezone(BEIJING).date()


def end_of(day: date) -> datetime:
    """Return 23:59:59 Beijing time of `day`, in UTC."""
    return datetime.combine(day, time(23, 59, 59), BEIJING).astimezone(UTC)
