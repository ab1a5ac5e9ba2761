"""Overdispersion: how much more units differ than chance alone would have it, and limits that allow for it.

A few units far out must not widen the limits behind which they would then hide:
z-scores are winsorised (or the far ranks left out) before φ is taken. The
additive τ² is preferred: the multiplicative √φ punishes large units for scatter that is not of their size.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from casework.screening.statistics.tails import normal_upper

Numbers = NDArray[np.float64]


class Scale(Enum):
    """On which scale a share is compared: as it is, or as arcsine of its root, which is poor below n·p = 5."""

    RAW = "raw"
    ARCSINE = "arcsine"


@dataclass(frozen=True)
class Scores:
    """Values of the units on some scale, the value that is expected of all, and the standard error of each."""

    value: Numbers
    target: float
    error: Numbers

    @property
    def z(self) -> Numbers:
        """Return the naive z-scores, in standard errors."""
        return (self.value - self.target) / self.error


@dataclass(frozen=True)
class Dispersion:
    """φ (1 = chance alone) and τ², the variance between units on the scale of the scores."""

    phi: float
    tau2: float

    def additive(self, scores: Scores) -> Numbers:
        """Return the standard error of each unit with τ² added."""
        return np.sqrt(scores.error**2 + self.tau2)

    def multiplicative(self, scores: Scores) -> Numbers:
        """Return the standard error of each unit times √φ; a φ below 1 narrows nothing."""
        return scores.error * np.sqrt(max(1.0, self.phi))


def proportions(k: ArrayLike, n: ArrayLike, *, scale: Scale = Scale.ARCSINE) -> Scores:
    """Return the scores of shares k/n against the pooled share. Raises ValueError where nobody or everybody is marked.

    Source: Spiegelhalter, Qual. Saf. Health Care 14 (2005) 347.
    """
    marked, counted = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    pooled = float(marked.sum() / counted.sum())
    if not 0 < pooled < 1:
        raise ValueError("Where nobody or everybody is marked there are no scores.")
    if scale is Scale.RAW:
        return Scores(marked / counted, pooled, np.sqrt(pooled * (1 - pooled) / counted))
    return Scores(np.arcsin(np.sqrt(marked / counted)), float(np.arcsin(np.sqrt(pooled))), 0.5 / np.sqrt(counted))


def ratios(observed: ArrayLike, expected: ArrayLike, *, root: bool = False) -> Scores:
    """Return the scores of observed over expected counts on the logarithmic scale (SHMI), or by square roots (CQC).

    Source: NHS Digital, SHMI methodology; Spiegelhalter et al., J. R. Stat. Soc. A
    175 (2012) 1. An observed count of 0 has no logarithm: ValueError unless `root`.
    """
    seen, due = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    if root:
        return Scores(np.sqrt(seen / due), 1.0, 0.5 / np.sqrt(due))
    if not (seen > 0).all():
        raise ValueError("A unit without a single case has no logarithm; compare by roots.")
    return Scores(np.log(seen / due), 0.0, 1 / np.sqrt(due))


def winsorised(scores: Scores, *, trim: float = 0.1) -> Dispersion:
    """Return φ and τ² after pulling the z-scores in to the `trim` and 1 - `trim` quantiles (type 7).

    τ² by moments (DerSimonian & Laird, Control. Clin. Trials 7 (1986) 177) from the winsorised φ.
    """
    low, high = np.quantile(scores.z, [trim, 1 - trim])
    return _dispersion(np.clip(scores.z, low, high), scores.error)


def truncated(scores: Scores, *, trim: float = 0.1) -> Dispersion:
    """Return φ and τ² of the units whose rank lies strictly inside the outer `trim` at each end, as SHMI does."""
    ranks = np.argsort(np.argsort(scores.z, kind="stable")) + 1
    part = np.floor(ranks / (trim * (len(ranks) + 1)) + 1e-9)
    kept = (part > 0) & (part < round(1 / trim) - 1)
    return _dispersion(scores.z[kept], scores.error[kept])


def share_limits(scores: Scores, error: Numbers, *, confidence: float, scale: Scale) -> tuple[Numbers, Numbers]:
    """Return lower and upper limits of the share in [0, 1] for standard errors that allow for dispersion.

    sin² turns round outside [0, π/2] and would call a share of 1 ordinary, so the angle is clamped before.
    """
    half = normal_upper((1 - confidence) / 2) * error
    ends = scores.target - half, scores.target + half
    if scale is Scale.RAW:
        return np.clip(ends[0], 0, 1), np.clip(ends[1], 0, 1)
    low, high = (np.sin(np.clip(end, 0, np.pi / 2)) ** 2 for end in ends)
    return low, high


def _dispersion(z: Numbers, error: Numbers) -> Dispersion:
    if z.size == 0:
        return Dispersion(0.0, 0.0)
    phi = float((z**2).mean())
    weights = error**-2.0
    room = float(weights.sum() - (weights**2).sum() / weights.sum())
    excess = z.size * phi - (z.size - 1)
    return Dispersion(phi, excess / room if excess > 0 and room > 0 else 0.0)
