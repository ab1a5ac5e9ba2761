"""Which registrations of a cluster are checked first, and how many of them.

A statistic opens a verification, not an accusation: nobody should have to ring
up 42 graduates before it is known whether anything is wrong at all. So many are
checked first that at least one wrong one would be seen with 95 % if a fifth or
more were wrong (discovery sampling from a finite population, hypergeometric).
Who they are follows from the number of the case: nobody can choose them, and
anybody can work the choice out again.
"""

import hashlib
from collections.abc import Iterable
from math import comb

ONE_IN = 5  # the share of wrong ones that must not be missed: a fifth
MISSED_AT_MOST = 0.05
MOST_CHECKED = 14  # what these two come to for however many


def at_least(population: int) -> int:
    """Return how many of so many must be checked first; never more than 14, all of a handful."""
    wrong = -(-population // ONE_IN)
    return next(
        (n for n in range(1, population + 1) if comb(population - wrong, n) <= MISSED_AT_MOST * comb(population, n)),
        population,
    )


def chosen(case_number: str, student_nos: Iterable[str]) -> frozenset[str]:
    """Return whose registrations are checked first in this case: a draw seeded by its number."""
    everybody = sorted(set(student_nos), key=lambda each: _place(case_number, each))
    return frozenset(everybody[: at_least(len(everybody))])


def _place(case_number: str, student_no: str) -> bytes:
    return hashlib.sha256(f"{case_number}|{student_no}".encode()).digest()
