"""Which records a sample takes: the first in an order that the seed alone decides.

The order is by SHA-256 over seed and student number, not by a generator of some
library: anybody can repeat it in twenty years, on any platform, whatever order
the rows came in.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping


def draw(members: Iterable[tuple[str, str]], drawn: Mapping[str, int], *, seed: str) -> dict[str, str]:
    """Return who is drawn, student number → stratum, from (student number, stratum): the first in the seed's order."""
    strata: dict[str, list[str]] = defaultdict(list)
    for student_no, stratum in members:
        strata[stratum].append(student_no)
    return {
        student_no: stratum
        for stratum in sorted(strata)
        for student_no in sorted(strata[stratum], key=lambda each: _order_of(seed, each))[: drawn.get(stratum, 0)]
    }


def hash_of(student_nos: Iterable[str]) -> str:
    """Return what names a population: SHA-256 over its student numbers, sorted, a line each."""
    return hashlib.sha256("\n".join(sorted(student_nos)).encode()).hexdigest()


def _order_of(seed: str, student_no: str) -> tuple[str, str]:
    """Return the place of a record in the order of a seed."""
    return hashlib.sha256(f"{seed}:{student_no}".encode()).hexdigest(), student_no
