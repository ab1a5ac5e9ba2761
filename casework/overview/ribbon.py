"""The deadline ribbon: today and the dates of the round, the one thing that all levels share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.rounds import queries
from workflows.access import Actor
from workflows.calendars import Calendar, CalendarUnknown


@dataclass(frozen=True)
class Mark:
    """One date of the round: past (`od`), the next one (`nx`) or later (`lt`), with the days to or since it."""

    label: str
    on: date
    kind: str
    days: int
    working_days: int | None


def ribbon(round_id: int, organisation_ids: Sequence[int], *, today: date, calendar: Calendar) -> tuple[Mark, ...]:
    """Return the dates that hold for organisations of one line; working days are None where no calendar is known."""
    dates = queries.dates_for(round_id, organisation_ids)
    following = next((row.on for row in dates if row.on >= today), None)
    marks = []
    for row in dates:
        kind = "od" if row.on < today else "nx" if row.on == following else "lt"
        marks.append(Mark(row.label, row.on, kind, abs((row.on - today).days), _working_days(today, row.on, calendar)))
    return tuple(marks)


def next_date(round_id: int, actor: Actor, today: date) -> date | None:
    """Return the next date that holds for somebody's line of organisations."""
    line = sorted({part for held in actor.appointments for part in held.path})
    return next((row.on for row in queries.dates_for(round_id, line) if row.on >= today), None)


def _working_days(today: date, on: date, calendar: Calendar) -> int | None:
    try:
        return abs(calendar.working_days_between(today, on))
    except CalendarUnknown:
        return None
