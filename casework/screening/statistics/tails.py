"""Tails and quantiles of the few distributions that are needed, from scipy's special functions.

`scipy.stats` has them all as objects, but loading it costs a process as much
memory as the rest of the rules together, and every worker has the rules. The
tests hold each against it.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik, betainc, betaincinv, ndtri

Numbers = NDArray[np.float64]


def normal_upper(p: float) -> float:
    """Return the z that a standard normal variable passes with probability p."""
    return -float(ndtri(p))


def beta_quantile(p: float, a: float, b: float) -> float:
    """Return the x below which a Beta(a, b) variable lies with probability p."""
    return float(betaincinv(a, b, p))


def binomial_up_to(k: ArrayLike, n: ArrayLike, share: float) -> Numbers:
    """Return P(K ≤ k) of n draws; 0 below none."""
    draws = np.asarray(n, dtype=np.int64)
    counts = np.minimum(np.floor(np.asarray(k, dtype=float)), draws)
    return np.where(counts < 0, 0.0, bdtr(np.maximum(counts, 0), draws, share))


def binomial_quantile(p: float, n: ArrayLike, share: float) -> Numbers:
    """Return the smallest k with P(K ≤ k) ≥ p of n draws."""
    draws = np.asarray(n, dtype=np.int64)
    above = np.ceil(bdtrik(p, draws, share))
    below = np.maximum(above - 1, 0)
    return np.where(binomial_up_to(below, draws, share) >= p, below, above)


def negative_binomial_from(k: int, shape: float, share: float) -> float:
    """Return P(K ≥ k) of the failures before `shape` successes of probability `share`."""
    return float(betainc(k, shape, 1 - share)) if k > 0 else 1.0
