"""The scatter of shares between units that are all in order: the beta-binomial, and how far out one unit lies.

Units differ for a hundred innocent reasons, so the plain binomial accuses far
too many. The beta-binomial learns that scatter from the peers themselves. A few
peers may be what we are looking for; their shares are pulled in to the tenth
and the ninetieth hundredth before the fit, or they would hide themselves and each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, expit, gammaln, logit

Numbers = NDArray[np.float64]
Losing = Callable[[Numbers], tuple[float, Numbers]]

# Beyond a million in all, the beta-binomial is the binomial to six digits and its logarithms lose theirs.
_LEAST_RHO, _MOST_RHO = 1e-6, 0.5
_LOW, _HIGH = (np.array([end, logit(rho)]) for end, rho in ((-18.0, _LEAST_RHO), (18.0, _MOST_RHO)))
_STEPS, _HALVINGS, _FLAT = 60, 30, 1e-6


@dataclass(frozen=True)
class Fit:
    """A beta-binomial: `alpha` and `beta`, its mean share, and rho, the correlation between two persons of a unit."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """Return the share that is expected of a unit."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def rho(self) -> float:
        """Return the correlation within units: 0 is plain binomial, 1 all or none."""
        return 1 / (self.alpha + self.beta + 1)

    @classmethod
    def of(cls, *, mean: float, rho: float) -> "Fit":
        """Make the beta-binomial with this mean (in (0, 1)) and this correlation (in (0, 1))."""
        whole = 1 / rho - 1
        return cls(mean * whole, (1 - mean) * whole)


def winsorise(k: ArrayLike, n: ArrayLike, *, trim: float = 0.1) -> Numbers:
    """Return the counts with their z-scores about the pooled share pulled in to the `trim` and 1 - `trim` quantiles.

    z-scores and not shares, because small units have extreme shares by nature.
    Source: Spiegelhalter, Qual. Saf. Health Care 14 (2005) 347. The result need not be whole.
    """
    marked, counted = _checked(k, n)
    pooled = marked.sum() / counted.sum()
    spread = np.sqrt(counted * pooled * (1 - pooled))
    if not spread.all():
        return marked
    z = (marked - counted * pooled) / spread
    low, high = np.quantile(z, [trim, 1 - trim])
    pulled = np.where(z < low, low, np.where(z > high, high, z)) * spread + counted * pooled
    return np.where((z < low) | (z > high), np.clip(pulled, 0, counted), marked)


def fit(
    k: ArrayLike, n: ArrayLike, *, trim: float = 0.1, usual_scatter: float | None = None, spread: float = 0.5
) -> Fit:
    """Return the beta-binomial of most likelihood for units with k marked among n, after winsorising.

    Source: Griffiths, Biometrics 29 (1973) 637 for the likelihood, written with
    gamma functions so that winsorised counts need not be whole. Where nobody or
    everybody is marked the mean is that of half a person more (Jeffreys), so that
    a tail can be told. `usual_scatter` is rho/(p(1 - p)) of comparable groups: with it
    the fit is penalised, the logit of rho being normal about what follows from it with a
    standard deviation of `spread`, so that few units, some of them inflated, do not
    learn their scatter from themselves alone. Raises ValueError for no unit, an empty
    one, or k outside [0, n].
    """
    marked, counted = _checked(k, n)
    pulled = winsorise(marked, counted, trim=trim) if trim else marked
    mean = (pulled.sum() + 0.5) / (counted.sum() + 1)
    rho, weight = _LEAST_RHO, 0.0
    if usual_scatter is not None:
        rho, weight = float(np.clip(usual_scatter * mean * (1 - mean), _LEAST_RHO, _MOST_RHO)), spread**-2
    if len(counted) < 2 or pulled.sum() in (0, counted.sum()):  # noqa: PLR2004 - one unit has no scatter
        return Fit.of(mean=mean, rho=rho)
    penalty = _Penalty(float(logit(rho)), weight)
    point = _summit(np.array([logit(mean), logit(0.01)]), lambda there: _loss(there, pulled, counted, penalty))
    return Fit.of(mean=float(expit(point[0])), rho=float(expit(point[1])))


def upper_tail(k: int, n: int, fitted: Fit) -> float:
    """Return P(K ≥ k) for a unit of n persons of the fitted beta-binomial. Raises ValueError unless 0 ≤ k ≤ n."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} marked among {n} cannot be.")
    if k == 0:
        return 1.0
    upper = 2 * k >= n or k > n * fitted.mean
    mass = float(masses(np.arange(k, n + 1) if upper else np.arange(k), n, fitted).sum())
    return min(1.0, mass) if upper else max(0.0, 1.0 - mass)


def quantile(p: float, n: int, fitted: Fit) -> int:
    """Return the smallest k with P(K ≤ k) ≥ p for a unit of n persons of the fitted beta-binomial."""
    below = np.cumsum(masses(np.arange(n + 1), n, fitted))
    return min(int(np.searchsorted(below, p)), n)


def masses(counts: NDArray[np.int_], n: int, fitted: Fit) -> Numbers:
    """Return P(K = k) for each of these counts of a unit of n persons, by logarithms so that nothing overflows."""
    return np.exp(
        gammaln(n + 1)
        - gammaln(counts + 1)
        - gammaln(n - counts + 1)
        + betaln(counts + fitted.alpha, n - counts + fitted.beta)
        - betaln(fitted.alpha, fitted.beta)
    )


class _Penalty(NamedTuple):
    """The usual logit of rho, and the weight of leaving it."""

    usual: float
    weight: float


def _summit(point: Numbers, losing: Losing) -> Numbers:
    """Return the point of most likelihood, by Newton's steps held inside the bounds.

    Two dimensions and a smooth gradient: a handful of steps, fifty times faster than a general optimiser.
    """
    loss, slope = losing(point)
    for _ in range(_STEPS):
        free = ~(((point <= _LOW) & (slope > 0)) | ((point >= _HIGH) & (slope < 0)))
        if not free.any() or np.abs(slope[free]).max() < _FLAT:
            break
        step = np.where(free, _step(point, slope, free, losing), 0.0)
        # Halved until it leads down, so that a saddle or a flat foot cannot throw it out.
        for _ in range(_HALVINGS):
            there = np.clip(point + step, _LOW, _HIGH)
            found, slope_there = losing(there)
            if found <= loss:
                break
            step = step / 2
        if found > loss:
            break
        moved = loss - found
        point, loss, slope = there, found, slope_there
        if moved < _FLAT * _FLAT * (1 + abs(loss)):
            break
    return point


def _step(point: Numbers, slope: Numbers, free: NDArray[np.bool_], losing: Losing) -> Numbers:
    width = 1e-4
    bend = np.array([(losing(point + width * along)[1] - slope) / width for along in np.eye(2)])
    bend = (bend + bend.T) / 2
    bend[~free, :] = bend[:, ~free] = 0.0
    bend[~free, ~free] = 1.0
    curves, axes = np.linalg.eigh(bend)
    # A curve the wrong way round is turned: downhill is always downhill.
    step = -axes @ ((axes.T @ np.where(free, slope, 0.0)) / np.maximum(np.abs(curves), _FLAT))
    return np.clip(step, -2, 2)


def _loss(point: Numbers, k: Numbers, n: Numbers, penalty: _Penalty) -> tuple[float, Numbers]:
    """Return minus the penalised log-likelihood at (logit of the mean, logit of rho), and its gradient."""
    mean, rho = expit(point[0]), expit(point[1])
    whole = 1 / rho - 1
    alpha, beta = mean * whole, (1 - mean) * whole
    value = betaln(k + alpha, n - k + beta).sum() - len(n) * betaln(alpha, beta)
    joint = digamma(whole) - digamma(n + whole)
    by_alpha = (digamma(k + alpha) - digamma(alpha) + joint).sum()
    by_beta = (digamma(n - k + beta) - digamma(beta) + joint).sum()
    by_mean = (by_alpha - by_beta) * whole * mean * (1 - mean)
    by_rho = -(by_alpha * mean + by_beta * (1 - mean)) * (1 - rho) / rho
    away = point[1] - penalty.usual
    return penalty.weight * away**2 / 2 - value, np.array([-by_mean, penalty.weight * away - by_rho])


def _checked(k: ArrayLike, n: ArrayLike) -> tuple[Numbers, Numbers]:
    marked, counted = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    if counted.size == 0 or marked.shape != counted.shape:
        raise ValueError("Every unit needs its two counts, and there must be one.")
    if not ((counted > 0) & (marked >= 0) & (marked <= counted)).all():
        raise ValueError("In every unit there is somebody, and no more are marked than there are.")
    return marked, counted
