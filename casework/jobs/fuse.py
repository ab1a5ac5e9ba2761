"""The clock fuse: when the time of day jumps, nothing leaves until it has stood steady, or until a person says so.

Due dates, leases and quiet hours all hang on the time of day. A host whose clock
is set a day ahead would say everything at once; so each scheduler compares the
clocks of the machine and of the database with one that nobody can set, and when
they part by more than ten minutes between two looks it opens an alarm that stops
sending and firing everywhere. Nothing is lost: what is ready stays ready.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, text

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Alarm
from casework.notices.stops import CLOCK_FUSE
from casework.operations.alarms import end_alarm, raise_alarm
from casework.promises import Tick

JUMP = 600.0
"""Seconds by which a clock may part from the steady one between two looks."""
CALM = 600.0
"""Seconds for which all must agree before sending goes on by itself."""
_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True)
class Reading:
    """What the clocks that can be set say, and the one that cannot: it also counts while the machine sleeps."""

    settable: Mapping[str, float]
    steady: float


class Fuse:
    """What one process has seen of the clocks; how far it has waited for calm dies with it, and begins again."""

    def __init__(self) -> None:
        self._last: Reading | None = None
        self._calm_since: float | None = None
        self._times = 0

    def look(self, reading: Reading) -> bool:
        """Compare with the last look, in the present unit of work; return whether sending is stopped now."""
        last, self._last = self._last, reading
        jumps = {} if last is None else _jumps(last, reading)
        if jumps:
            raise_alarm(CLOCK_FUSE, facts={name: round(seconds) for name, seconds in jumps.items()})
            # Turns that were taken in a time that has not come yet would not come round again until then.
            db.session.execute(delete(Tick).where(Tick.tick_at > clock.now()))
        times = db.session.scalar(select(Alarm.times).filter_by(code=CLOCK_FUSE, subject="", open_key=0))
        if times is None:
            self._calm_since = None
        elif self._calm_since is None or times != self._times:  # another process may see what this one does not
            self._calm_since, self._times = reading.steady, times
        elif reading.steady - self._calm_since >= CALM:
            end_alarm(CLOCK_FUSE)
            self._calm_since = times = None
        return times is not None


def _jumps(last: Reading, now: Reading) -> Mapping[str, float]:
    passed = now.steady - last.steady
    parted = {name: said - last.settable[name] - passed for name, said in now.settable.items() if name in last.settable}
    return {name: seconds for name, seconds in parted.items() if abs(seconds) > JUMP}


def read_clocks() -> Reading:
    """Read the clocks of this machine and, where it is another's, of the database."""
    settable = {"machine": time.time()}
    if db.engine.dialect.name == "postgresql":
        settable["database"] = float(db.session.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0)
    return Reading(settable, time.clock_gettime(_BOOT))


_fuse = Fuse()


def look_at_clocks(read: Callable[[], Reading] = read_clocks) -> bool:
    """Look once, as every scheduler does each time it wakes; return whether sending is stopped."""
    with unit_of_work():
        return _fuse.look(read())
