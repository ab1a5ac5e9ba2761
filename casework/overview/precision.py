"""How often each rule is right: what was checked, what of it was confirmed, within which interval, and what to do.

The lines stand in the order of the catalogue. Rules are compared with what they
promise, never people or units with each other (N1.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from casework.cases.outcomes import Outcome, Outcomes, Watch, outcomes
from casework.cases.suspicion import newest_weights, weights_of
from casework.errors import N_
from casework.screening.models import Weights
from casework.screening.rule import Rule
from casework.screening.rules import RULES
from casework.screening.score import ENOUGH_OUTCOMES, START, Counts, Weight
from casework.screening.statistics.intervals import Interval, wilson

RETIRE_BELOW = 0.2
RETIRE_ORIGIN = N_("建议值：属实比例的区间上限低于五分之一")
FEW, POOR, FINE = N_("办结还不足20件，暂不评价"), N_("查得多、属实少，建议收紧或停用"), N_("继续使用")


@dataclass(frozen=True)
class Line:
    """One rule: its outcomes, the share confirmed with its interval, its weights, and what is advised."""

    rule: Rule
    outcome: Outcome
    interval: Interval
    start: float
    weight: Weight | None  # None: the start value holds
    counts: Counts | None
    advice: str

    @property
    def share(self) -> float:
        """Return which part of the checked was confirmed."""
        return self.outcome.confirmed / self.outcome.checked if self.outcome.checked else 0.0

    @property
    def poor(self) -> bool:
        """Say whether the rule should be retired or tightened."""
        return self.advice == POOR


@dataclass(frozen=True)
class Precision:
    """The page: rules that have cases, names of those that have none, and the sample of what nobody flagged."""

    lines: tuple[Line, ...]
    silent: tuple[Rule, ...]
    watch: Watch
    missed: Interval
    newest: Weights | None

    @property
    def checked(self) -> int:
        """Return how many outcomes there are over all rules."""
        return sum(line.outcome.checked for line in self.lines)

    @property
    def poor(self) -> tuple[Line, ...]:
        """Return the rules that should be retired or tightened."""
        return tuple(line for line in self.lines if line.poor)


def precision(organisation_id: int, round_id: int) -> Precision:
    """Return it for one organisation's round."""
    found = outcomes(organisation_id, round_id)
    weights = weights_of(organisation_id, round_id)
    with_cases = [rule for rule in RULES if rule.code in found.rules]
    return Precision(
        lines=tuple(_line(rule, found, weights) for rule in with_cases),
        silent=tuple(rule for rule in RULES if rule.code not in found.rules),
        watch=found.watch,
        missed=_interval(found.watch.wrong, found.watch.checked),
        newest=newest_weights(organisation_id, round_id),
    )


def advice(outcome: Outcome) -> str:
    """Return what to do with a rule of which so much is known."""
    if outcome.checked < ENOUGH_OUTCOMES:
        return FEW
    return POOR if wilson(outcome.confirmed, outcome.checked).high < RETIRE_BELOW else FINE


def _line(rule: Rule, found: Outcomes, weights: Mapping[str, Weight]) -> Line:
    outcome = found.of(rule.code)
    return Line(
        rule=rule,
        outcome=outcome,
        interval=_interval(outcome.confirmed, outcome.checked),
        start=START[rule.strength],
        weight=weights.get(rule.code),
        counts=found.counts(rule.code),
        advice=advice(outcome),
    )


def _interval(confirmed: int, checked: int) -> Interval:
    return wilson(confirmed, checked) if checked else Interval(0.0, 1.0)
