"""The service's own waiting times, shortened so that a minute holds many leases; or left as they are.

A frozen process must sleep past its lease for the guard to matter, so leases are
shorter here than the longest freeze. Names are checked: a waiting time that has
moved elsewhere is a fault of this file, not a run that waits for minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import ModuleType

from casework import promises
from casework.cli import schedule
from casework.jobs import delivery, keeping
from casework.jobs.periodic import Every
from casework.notices import plans
from casework.operations import drain, sweep


@dataclass(frozen=True)
class Times:
    """What a run needs to know of the waiting times."""

    name: str
    guard: float
    lease: float
    shortened: bool
    wake_every: float
    longest_quiet: float  # seconds after the last fault by which everything must have come to rest


SHORT = Times("short", guard=1.0, lease=4.0, shortened=True, wake_every=0.5, longest_quiet=90.0)
PRODUCT = Times("product", guard=delivery.GUARD, lease=120.0, shortened=False, wake_every=5.0, longest_quiet=900.0)
EVERY = {"fire_timers": 1, "sweep": 2, "ring": 1, "reap": 1}
"""The periodic tasks that a run needs, and how often they come in short times; all others stay away."""

SHORTER: Mapping[str, tuple[object, tuple[ModuleType, ...]]] = {
    "GUARD": (SHORT.guard, (delivery,)),
    "LEASE": (timedelta(seconds=SHORT.lease), (drain,)),
    "SETTLE": (timedelta(seconds=2), (sweep,)),
    "BACKOFF": (tuple(timedelta(seconds=seconds) for seconds in (0, 1, 1, 2, 2, 3, 3, 5, 5, 5)), (plans,)),
    "PAUSES": (tuple(timedelta(seconds=seconds) for seconds in (1, 1, 2, 2)), (promises, keeping)),
}


def take(times: Times) -> None:
    """Give this process, and all that it forks, these waiting times."""
    turns = [task for task in schedule.SCHEDULE if task.task in EVERY]
    if times.shortened:
        turns = [replace(task, seconds=EVERY[task.task]) for task in turns if isinstance(task, Every)]
        for name, (value, modules) in SHORTER.items():
            for module in modules:
                _set(module, name, value)
        _set(promises, "LEASE", timedelta(seconds=6))
    _set(schedule, "SCHEDULE", tuple(turns))


def _set(module: ModuleType, name: str, value: object) -> None:
    if not hasattr(module, name):
        raise AttributeError(f"{module.__name__} has no {name} any more")
    setattr(module, name, value)
