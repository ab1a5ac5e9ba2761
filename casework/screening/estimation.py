"""What a checked sample says about all records, and about the survey that comes after it (N2.5).

The share is Σ W p̂ over the strata. Its interval is Clopper-Pearson on the effective
size (Korn and Graubard 1998, Survey Methodology 24, 193-201), so that it never ends
below zero and is honest where few or no errors were found. A stratum without an
error still varies: before the variance is taken, each share is drawn towards the
common one, or thirty right ones in a row would count as a certainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from casework.screening.statistics.beta_binomial import Fit, quantile
from casework.screening.statistics.intervals import Interval, clopper_pearson

CONFIDENCE = 0.95
BORROWED = 2.0  # records' worth of the common share that each stratum borrows for its variance [simulated in the tests]
MOST = 1e7  # beyond this an effective size is a census for every purpose


@dataclass(frozen=True)
class Checked:
    """What became of one stratum: how many records it holds, how many were established, how many of them wrong."""

    name: str
    size: int
    checked: int
    wrong: int


@dataclass(frozen=True)
class Estimate:
    """A share of wrong records with its interval.

    `effective` is the size of the simple random sample that would be as exact, `covered` the part of the
    population for which the strata stand of which anything was established.
    """

    share: float
    low: float
    high: float
    effective: float
    covered: float
    population: int
    checked: int
    wrong: int

    @property
    def still_wrong(self) -> tuple[float, float, float]:
        """Return how many are still wrong, at least and at most, when every wrong one that was found is corrected."""
        middle, low, high = (share * self.population - self.wrong for share in (self.share, self.low, self.high))
        return max(0.0, middle), max(0.0, low), max(0.0, high)


@dataclass(frozen=True)
class Forecast:
    """How many wrong ones a survey of `records` would meet, with the range that holds it 95 times of 100."""

    records: int
    expected: float
    low: int
    high: int


def estimate(strata: Sequence[Checked], *, confidence: float = CONFIDENCE) -> Estimate | None:
    """Return the share of wrong records in the population, or None before anything was established.

    Strata of which nothing is established yet are left out; `covered` says how much is not.
    """
    seen = [each for each in strata if each.checked]
    if not seen:
        return None
    population, known = sum(each.size for each in strata), sum(each.size for each in seen)
    share = sum(each.size / known * each.wrong / each.checked for each in seen)
    effective = effective_size(seen)
    checked, wrong = sum(each.checked for each in seen), sum(each.wrong for each in seen)
    low, high = _interval(share, effective, confidence=confidence)
    return Estimate(
        share=share,
        low=min(share, max(low, wrong / population)),
        high=max(share, min(high, 1 - (checked - wrong) / population)),
        effective=effective,
        covered=known / population,
        population=population,
        checked=checked,
        wrong=wrong,
    )


def effective_size(seen: Sequence[Checked]) -> float:
    """Return how large a simple random sample of an endless population would be as exact; inf for a census.

    It is never more than what was checked (and what the finite population adds): that strata differ is known
    from the same few errors, and a sample must not praise itself for it.
    """
    known = sum(each.size for each in seen)
    common = (sum(each.wrong for each in seen) + 0.5) / (sum(each.checked for each in seen) + 1)
    middle = variance = 0.0
    for each in seen:
        weight, part = each.size / known, each.checked / each.size
        share = (each.wrong + BORROWED * common) / (each.checked + BORROWED)
        middle += weight * share
        variance += weight**2 * (1 - part) * share * (1 - share) / each.checked
    if variance == 0:
        return inf
    checked = sum(each.checked for each in seen)
    return min(middle * (1 - middle) / variance, checked / (1 - checked / known))


def forecast(found: Estimate, records: int, *, confidence: float = CONFIDENCE) -> Forecast:
    """Return what a survey of so many records would meet after all that was found wrong is corrected.

    Beta-binomial with Jeffreys' prior: both the survey's chance and what is not known about the share. Of the
    records surveyed, as many as were checked here in proportion are right by now and are left out.
    """
    records = min(records, found.population)
    unchecked = round(records * (1 - found.checked / found.population))
    size = min(found.effective, MOST)
    learnt = Fit(found.share * size + 0.5, (1 - found.share) * size + 0.5)
    tail = (1 - confidence) / 2
    low, high = (quantile(point, unchecked, learnt) for point in (tail, 1 - tail)) if unchecked else (0, 0)
    return Forecast(records, unchecked * found.share, low, high)


def _interval(share: float, effective: float, *, confidence: float) -> Interval:
    if effective == inf:
        return Interval(share, share)
    return clopper_pearson(min(share, 1.0) * effective, effective, confidence=confidence)
