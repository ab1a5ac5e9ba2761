"""The one place that knows what time it is.

Everything below the entrances asks `now()`; nobody else reads the machine's
clock. A demonstration lives in its own time (`shift`), a test may stop the
clock (`stopped_at`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

_offset = timedelta()
_stopped: datetime | None = None


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _stopped if _stopped is not None else datetime.now(UTC) + _offset


def by_other_clocks() -> datetime:
    """Return the present moment as other people's devices see it, also where a demonstration lives in its own time."""
    return now() if _stopped is not None else now() - _offset


def today() -> date:
    """Return the present date in Beijing, where every deadline of the notice is read."""
    return now().astimezone(BEIJING).date()


def shift(offset: timedelta) -> None:
    """Let this process live `offset` away from the machine's clock (demonstrations only)."""
    global _offset  # noqa: PLW0603 - the clock is the one thing that a process has once
    _offset = offset


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` for the length of the block."""
    global _stopped  # noqa: PLW0603
    before, _stopped = _stopped, moment.astimezone(UTC)
    try:
        yield
    finally:
        _stopped = before
