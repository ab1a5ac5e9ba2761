"""Pauses and extensions of working-day limits; statutory dates know neither."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflows.beijing import day_in_beijing
from workflows.calendars import days
from workflows.errors import N_

ON_HOLD = N_("暂停计时")


@dataclass(frozen=True)
class Hold:
    """A granted pause from `start` to `end`; the planned end while it runs, the real one after."""

    start: datetime
    end: datetime
    approved_by: str = ""


@dataclass(frozen=True)
class Extension:
    """Working days added to a limit by a named person; never to a statutory date."""

    days: int
    approved_by: str


def days_on_hold(holds: Iterable[Hold]) -> frozenset[date]:
    """Return the days that lay wholly on hold.

    Only whole Beijing days count and neighbouring holds are joined first, so
    switching a hold on and off gains no time.
    """
    joined: list[tuple[datetime, datetime]] = []
    for hold in sorted(holds, key=lambda one: one.start):
        if joined and hold.start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], hold.end))
        else:
            joined.append((hold.start, hold.end))
    whole: set[date] = set()
    for start, end in joined:
        first = day_in_beijing(start - timedelta(microseconds=1)) + timedelta(days=1)
        last = day_in_beijing(end) - timedelta(days=1)
        whole.update(days(first, last))
    return frozenset(whole)
