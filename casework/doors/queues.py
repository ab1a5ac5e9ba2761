"""Which queue a job waits in, and for how long it may run.

What has to leave soon never waits behind what takes long: a worker looks into
the urgent queue first, and at least one of several workers never begins
anything heavy. A job that is not named here is taken for heavy, which delays
nobody but itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

URGENT, NORMAL, HEAVY = "urgent", "normal", "heavy"
EVERY = (URGENT, NORMAL, HEAVY)
QUICK = (URGENT, NORMAL)
"""The queues of a worker that begins nothing heavy."""


@dataclass(frozen=True)
class Lane:
    """Where a job waits, and after how many seconds it is ended as stuck."""

    queue: str
    seconds: int


_URGENT, _NORMAL, _HEAVY = Lane(URGENT, 600), Lane(NORMAL, 900), Lane(HEAVY, 2 * 3600)
LANES: Mapping[str, Lane] = MappingProxyType(
    {
        "drain": _URGENT,
        "fire_timers": _URGENT,
        "sweep": _URGENT,
        "digest": _NORMAL,
        "wrong_information": _NORMAL,
        "orphans": _NORMAL,
        "warn_tokens": _NORMAL,
        "warn_pace": _NORMAL,
        "apply_pushed": _NORMAL,
        "fan_out": _NORMAL,
        "render_report": _NORMAL,
    }
)


def lane_of(job: str) -> Lane:
    """Return the lane of a job by its name."""
    return LANES.get(job, _HEAVY)
