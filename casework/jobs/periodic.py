"""What comes round: each turn is claimed in the database, so any number of schedulers may run.

Every turn that was done leaves a beat: when it ended and how long it took, or
what stopped it. Whoever watches the machinery reads nothing else.
"""

import logging
import time as stopwatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work

log = logging.getLogger("casework.scheduler")
FAULT = "!"
"""A beat's note that begins so names the fault that ended the turn."""


class Periodic(Protocol):
    """A task with turns."""

    task: str

    def turn(self, now: datetime) -> datetime | None:
        """Return the name of the turn that this moment belongs to, or None when today's has not come yet."""
        ...

    def next_turn(self, now: datetime) -> datetime:
        """Return when the turn after the present one begins."""
        ...

    def expected(self, since: datetime, now: datetime) -> int:
        """Return how many turns have come since a moment."""
        ...

    def take(self, turn: datetime) -> bool:
        """Do, or promise, what this turn asks for, unless another scheduler has it; say whether it was ours."""
        ...


@dataclass(frozen=True)
class Every:
    """A short task that the scheduler runs itself; a turn that died with its scheduler is made good by the next."""

    task: str
    seconds: int
    run: Callable[[], object]
    by_hand = False

    @property
    def every(self) -> int:
        """Return after how many seconds it comes again."""
        return self.seconds

    def turn(self, now: datetime) -> datetime:
        """Return the start of the present stretch of `seconds`."""
        return datetime.fromtimestamp(int(now.timestamp()) // self.seconds * self.seconds, UTC)

    def next_turn(self, now: datetime) -> datetime:
        """Return the start of the next stretch."""
        return self.turn(now) + timedelta(seconds=self.seconds)

    def expected(self, since: datetime, now: datetime) -> int:
        """Count the stretches that began in this time."""
        return int(now.timestamp()) // self.seconds - (int(since.timestamp()) - 1) // self.seconds

    def take(self, turn: datetime) -> bool:
        """Claim the turn, then run; a fault of the task is written down and stops no other task."""
        with unit_of_work():
            won = promises.claim_tick(self.task, turn)
        if won:
            note = self._run()
            with unit_of_work():
                promises.beat(self.task, note)
        return won

    def _run(self) -> str:
        began = stopwatch.monotonic()
        try:
            self.run()
        except DBAPIError:
            raise
        except Exception as fault:
            log.exception("the periodic task %s failed", self.task)
            db.session.rollback()
            return FAULT + type(fault).__name__
        return f"{stopwatch.monotonic() - began:.2f}"


@dataclass(frozen=True)
class Daily:
    """A task of the day; turn and promise are one transaction, so a day is neither lost nor done twice."""

    task: str
    at: time
    arguments: Mapping[str, object] = field(default_factory=dict)
    by_hand = True
    every = None

    def turn(self, now: datetime) -> datetime | None:
        """Return today's hour once it has come; after an outage it is still today's until midnight."""
        due = self._on(now)
        return due if now >= due else None

    def next_turn(self, now: datetime) -> datetime:
        """Return today's hour, or tomorrow's once today's has come."""
        due = self._on(now)
        return due if now < due else self._on(now + timedelta(days=1))

    def expected(self, since: datetime, now: datetime) -> int:
        """Count the days whose hour lies in this time."""
        count, due = 0, self._on(since)
        while due <= now:
            count += due >= since
            due = self._on(due + timedelta(days=1))
        return count

    def take(self, turn: datetime) -> bool:
        """Claim the turn and promise its job."""
        with unit_of_work():
            won = promises.claim_tick(self.task, turn)
            if won:
                promises.promise(self.task, **self.arguments)
                promises.beat(self.task)
        return won

    def _on(self, moment: datetime) -> datetime:
        day = moment.astimezone(clock.BEIJING).date()
        return datetime.combine(day, self.at, clock.BEIJING).astimezone(UTC)
