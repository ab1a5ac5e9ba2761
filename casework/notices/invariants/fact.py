"""What must always be true of messages and timers, as questions that the database answers.

An invariant is a sentence and a query for what breaks it. What is found is
named by references (a message's, a call's, a case's number), never by persons.
Some need the carrier's own log besides, because only there stands what was
really accepted; without it they say that they cannot be asked.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select

from casework.db import db
from casework.errors import N_, Invalid
from casework.notices.manners import PLAIN, Manners

MOST = 1000
"""So many offenders are fetched; nobody reads more, and a broken night must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One line of a carrier's log: which message it took, under which reference of ours, and when."""

    ref: str
    reference: str
    at: datetime


@dataclass(frozen=True)
class Ground:
    """On what an invariant is asked: the moment, from when on, the carrier's log, the limits of the ways out.

    `settling` is how long the machinery may take for what it does by itself.
    """

    now: datetime
    since: datetime | None = None
    log: Sequence[Acceptance] | None = None
    log_channel: str = "simulator"
    settling: timedelta = timedelta(minutes=5)
    manners: Manners = PLAIN


@dataclass(frozen=True)
class Invariant:
    """A sentence that must hold; `offenders` returns references of what breaks it, `why_not` why it cannot be asked."""

    code: str
    sentence: str
    offenders: Callable[[Ground], Iterable[str]]
    why_not: Callable[[Ground], str] = lambda _ground: ""


@dataclass(frozen=True)
class Fact:
    """An invariant and what came of asking: offenders, or why it could not be asked."""

    invariant: Invariant
    offenders: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def held(self) -> bool:
        """Say whether nothing was found that breaks it."""
        return not self.offenders


def ask(invariants: Iterable[Invariant], ground: Ground) -> tuple[Fact, ...]:
    """Return a fact for each invariant, in their order; nothing is changed."""
    return tuple(_ask(each, ground) for each in invariants)


def _ask(invariant: Invariant, ground: Ground) -> Fact:
    why_not = invariant.why_not(ground)
    if why_not:
        return Fact(invariant, why_not=why_not)
    return Fact(invariant, tuple(dict.fromkeys(invariant.offenders(ground))))


def each_of(*asked: Callable[[Ground], Iterable[str]]) -> Callable[[Ground], Iterable[str]]:
    """Return one question that asks several; what breaks any of them breaks it."""
    return lambda ground: [offender for one in asked for offender in one(ground)]


def refs(*statements: Select) -> list[str]:
    """Run questions and return what each row names, its parts joined by a slash."""
    return [
        "/".join(str(part) for part in row)
        for statement in statements
        for row in db.session.execute(statement.limit(MOST))
    ]


def without_log(ground: Ground) -> str:
    """Say why a question about the carrier cannot be asked when its log is not at hand."""
    return "" if ground.log is not None else N_("需要通道自己的日志（--carrier-log）。")


def read_log(path: Path) -> tuple[Acceptance, ...]:
    """Return a carrier's log, one JSON line a message; raises `Invalid` with the line that is none.

    A last line without its end is still being written and is left out.
    """
    with path.open(encoding="utf-8") as lines:
        return tuple(_acceptance(number, line) for number, line in enumerate(lines, 1) if line.endswith("\n"))


def _acceptance(number: int, line: str) -> Acceptance:
    try:
        row = json.loads(line)
        return Acceptance(row["ref"], row["reference"], datetime.fromisoformat(row["at"]))
    except (ValueError, KeyError, TypeError) as fault:
        raise Invalid(
            N_("通道日志第 %(line)d 行不是受理记录，没有检查。请核对文件。"), params={"line": number}
        ) from fault
