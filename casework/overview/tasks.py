"""The periodic tasks as they were today: when each last ran, what came of it, how often it should have run and did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select

from casework import promises
from casework.db import db
from casework.overview.service import today_began
from casework.promises import Promise

FAULT = "!"
GRACE = timedelta(minutes=5)


class Turning(Protocol):
    """What must be known of a periodic task; the entrances hand the list over."""

    @property
    def task(self) -> str:
        """Return its name."""
        ...

    @property
    def by_hand(self) -> bool:
        """Say whether a person may run it now."""
        ...

    @property
    def every(self) -> int | None:
        """Return after how many seconds it comes again; None for a task of the day."""
        ...

    def next_turn(self, now: datetime) -> datetime:
        """Return when its next turn begins."""
        ...

    def expected(self, since: datetime, now: datetime) -> int:
        """Return how many turns have come since a moment."""
        ...


@dataclass(frozen=True)
class TaskLine:
    """One task: its last turn (with seconds or a fault), its next, today's turns, and the job of its last turn."""

    task: str
    every: int | None
    by_hand: bool
    last_at: datetime | None
    seconds: float | None
    fault: str
    next_at: datetime
    expected: int
    fired: int
    late: bool
    job: Promise | None


def lines(schedule: Sequence[Turning], *, now: datetime) -> list[TaskLine]:
    """Return every task in the order of the schedule."""
    began = today_began(now)
    fired, beats = promises.count_ticks(began), {beat.name: beat for beat in promises.beats()}
    found = []
    for each in schedule:
        beat = beats.get(each.task)
        note = beat.note if beat else ""
        last_at = beat.beat_at if beat else None
        expected, came = each.expected(began, now), fired.get(each.task, 0)
        found.append(
            TaskLine(
                task=each.task,
                every=each.every,
                by_hand=each.by_hand,
                last_at=last_at,
                seconds=float(note) if note and not note.startswith(FAULT) else None,
                fault=note.removeprefix(FAULT) if note.startswith(FAULT) else "",
                next_at=each.next_turn(now),
                expected=expected,
                fired=came,
                late=_late(each, last_at, expected=expected, fired=came, now=now),
                job=_last_job(each.task) if each.by_hand else None,
            )
        )
    return found


def _late(each: Turning, last_at: datetime | None, *, expected: int, fired: int, now: datetime) -> bool:
    """Say whether a turn is missing that should be there by now, a few minutes granted."""
    if each.every is None:
        return expected > fired and each.expected(today_began(now), now - GRACE) > fired
    return last_at is not None and now - last_at > timedelta(seconds=2 * each.every) + GRACE


def _last_job(name: str) -> Promise | None:
    wanted = select(Promise).filter_by(name=name).order_by(Promise.id.desc()).limit(1)
    return db.session.scalars(wanted).one_or_none()
