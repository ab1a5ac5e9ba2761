"""Many tests at once: which of them may be believed together."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Return the q-value of each p-value: the share of false findings among all that are at least as small.

    Source: Benjamini & Hochberg, J. R. Stat. Soc. B 57 (1995) 289; holds for
    independent tests and for positively dependent ones, as overlapping units are
    (Benjamini & Yekutieli, Ann. Stat. 29 (2001) 1165). Same length and order as
    given; nothing of nothing. Raises ValueError outside [0, 1].
    """
    given = np.asarray(p, dtype=float)
    if given.size == 0:
        return given
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("A p-value lies between 0 and 1.")
    order = np.argsort(given, kind="stable")
    scaled = given[order] * given.size / np.arange(1, given.size + 1)
    q = np.empty_like(given)
    q[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return q
