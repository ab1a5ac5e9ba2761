"""Tails and quantiles of the few distributions that are needed, from scipy's special functions.

`scipy.stats` has them all as objects, but loading it costs a process as much
memory as the rest of the rules together, and every worker has the rules. The
tests hold each against it.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik, betainc, betaincinv, chdtrc, ndtri

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


def uneven(k: int, n: int, k_elsewhere: int, n_elsewhere: int) -> float:
    """Return the p-value of two shares being one: Pearson's chi-square of the four counts with Yates' correction.

    Source: Yates, J. Roy. Stat. Soc. Suppl. 1 (1934) 217. Raises ValueError where all or none are marked, or a side
    has nobody: then nothing is expected somewhere.
    """
    marked, everybody = k + k_elsewhere, n + n_elsewhere
    if not (n and n_elsewhere and 0 < marked < everybody):
        raise ValueError("Two shares need persons on both sides, some marked and some not.")
    expected = np.outer([n, n_elsewhere], [marked, everybody - marked]) / everybody
    off = abs(k - expected[0, 0])  # the same in all four
    return float(chdtrc(1, ((off - min(0.5, off)) ** 2 / expected).sum()))
