"""What comes round: each turn is claimed in the database, so any number of schedulers may run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Protocol

from casework import clock, promises
from casework.doors.unit import unit_of_work


class Periodic(Protocol):
    """A task with turns."""

    task: str

    def turn(self, now: datetime) -> datetime | None:
        """Return the name of the turn that this moment belongs to, or None when today's has not come yet."""
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

    def turn(self, now: datetime) -> datetime:
        """Return the start of the present stretch of `seconds`."""
        return datetime.fromtimestamp(int(now.timestamp()) // self.seconds * self.seconds, UTC)

    def take(self, turn: datetime) -> bool:
        """Claim the turn, then run."""
        with unit_of_work():
            won = promises.claim_tick(self.task, turn)
        if won:
            self.run()
        return won


@dataclass(frozen=True)
class Daily:
    """A task of the day; turn and promise are one transaction, so a day is neither lost nor done twice."""

    task: str
    at: time
    arguments: Mapping[str, object] = field(default_factory=dict)

    def turn(self, now: datetime) -> datetime | None:
        """Return today's hour once it has come; after an outage it is still today's until midnight."""
        local = now.astimezone(clock.BEIJING)
        due = datetime.combine(local.date(), self.at, clock.BEIJING)
        return due.astimezone(UTC) if local >= due else None

    def take(self, turn: datetime) -> bool:
        """Claim the turn and promise its job."""
        with unit_of_work():
            won = promises.claim_tick(self.task, turn)
            if won:
                promises.promise(self.task, **self.arguments)
        return won
