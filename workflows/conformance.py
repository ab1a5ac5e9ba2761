"""Replay what is said to have happened against the table of what may happen.

A log that was handed out is checked by the same table that decides: every step
must lead on from where the case stood. What is no step (a note, an assignment)
moves nothing and is passed over.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.case import CASE
from workflows.engine import LifeCycle
from workflows.report import REPORT

STEPS = frozenset(step.action for step in CASE.steps)
BEGINS = {CASE.name: "open", REPORT.name: "draft"}
"""What brings a thing into the first state of its table."""


@dataclass(frozen=True)
class Replay:
    """How many steps of a log follow the table, and each that does not: its place in the trace and its name."""

    steps: int
    breaks: tuple[tuple[int, str], ...]

    @property
    def fitness(self) -> float:
        """Return the share of steps that follow the table; 1.0 says that all of them do."""
        return 1 - len(self.breaks) / self.steps if self.steps else 1.0


def replay(trace: Iterable[tuple[str, str]], *, cycle: LifeCycle = CASE) -> Replay:
    """Replay one case, or one report: its activities in their order, each with the state to which it is said to lead.

    A step that does not follow is counted, and the replay goes on from where the log says that it led.
    """
    begins, known = BEGINS[cycle.name], {step.action for step in cycle.steps}
    state, steps, breaks = "", 0, []
    for place, (activity, to_state) in enumerate(trace):
        if activity not in known and not (activity == begins and to_state):
            continue
        steps += 1
        if to_state not in _reached(activity, state, cycle):
            breaks.append((place, activity))
        state = to_state
    return Replay(steps, tuple(breaks))


def _reached(activity: str, state: str, cycle: LifeCycle) -> frozenset[str]:
    """Return where an activity may lead from a state; a thing begins by its first activity, and only so."""
    if activity == BEGINS[cycle.name]:
        return frozenset([*cycle.states][:1]) if not state else frozenset()
    return frozenset(step.target for step in cycle.steps if step.action == activity and state in step.sources)
