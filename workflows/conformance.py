"""Replay what is said to have happened against the table of what may happen.

A log that was handed out is checked by the same table that decides: every step
must lead on from where the case stood. What is no step (a note, an assignment)
moves nothing and is passed over.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.case import CASE_STATES, CASE_STEPS

BEGINS = "open"
FIRST = CASE_STATES[0].name
STEPS = frozenset(step.action for step in CASE_STEPS)


@dataclass(frozen=True)
class Replay:
    """How many steps of a log follow the table, and each that does not: its place in the trace and its name."""

    steps: int
    breaks: tuple[tuple[int, str], ...]

    @property
    def fitness(self) -> float:
        """Return the share of steps that follow the table; 1.0 says that all of them do."""
        return 1 - len(self.breaks) / self.steps if self.steps else 1.0


def replay(trace: Iterable[tuple[str, str]]) -> Replay:
    """Replay one case: its activities in their order, each with the state to which it is said to have led.

    A step that does not follow is counted, and the replay goes on from where the log says that it led.
    """
    state, steps, breaks = "", 0, []
    for place, (activity, to_state) in enumerate(trace):
        if activity != BEGINS and activity not in STEPS:
            continue
        steps += 1
        if to_state not in _reached(activity, state):
            breaks.append((place, activity))
        state = to_state
    return Replay(steps, tuple(breaks))


def _reached(activity: str, state: str) -> frozenset[str]:
    """Return where an activity may lead from a state; a case begins by being opened, and only so."""
    if activity == BEGINS:
        return frozenset({FIRST}) if not state else frozenset()
    return frozenset(step.target for step in CASE_STEPS if step.action == activity and state in step.sources)
