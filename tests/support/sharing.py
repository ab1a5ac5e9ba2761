"""What many tries are for, once a run and not once a database: the databases of a run share the tries between them.

No request and no form is to make a fault, on either database. Of the thousands
that are tried nearly all find what they find in code that knows no database; so
each is tried on one of those that the run was given, and at every place each of
them has its turn. With one database, or `ADVERSARY=1`, everything is tried.
"""

import os
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from zlib import crc32

import pytest

from tests.support.services import kind_of

WHOLE = bool(os.environ.get("ADVERSARY"))


@dataclass(frozen=True)
class Share:
    """One database's part of the tries, as the `turn`th of `among`."""

    turn: int
    among: int

    def of(self, tries: Iterable, *, place: Hashable) -> list:
        """Return the tries at a place whose turn it is here; each is some database's, and places begin differently."""
        tries = list(tries)
        begin = (self.turn + crc32(repr(place).encode())) % self.among
        return tries[begin :: self.among]


@pytest.fixture
def share(request, databases):
    """Return this database's share of what a test tries many times."""
    chosen = request.config.getoption("--database").split(",")
    if WHOLE or len(chosen) == 1:
        return Share(turn=0, among=1)
    return Share(turn=[*map(kind_of, chosen)].index(databases.name), among=len(chosen))
