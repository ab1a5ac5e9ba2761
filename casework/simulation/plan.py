"""What a rehearsal plays: a university of so many people, a round with its ladder, and how people are."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from casework.errors import N_, Invalid, NotFound
from casework.rounds import settings
from casework.rounds.models import Round
from casework.rounds.tables import SHIPPED


@dataclass(frozen=True)
class RoundPlan:
    """A round as it is rehearsed: its settings, and its national dates as level → (day, clause, label)."""

    code: str
    name: str
    cohort: int
    settings: Mapping[str, Any]
    dates: Mapping[str, tuple[date, str, str]]

    def with_ladder(self, ladder: Sequence[Mapping[str, Any]]) -> "RoundPlan":
        """Return the round with another ladder; raises `Invalid` for one that no round could have."""
        return replace(self, settings=settings.checked({**self.settings, "ladder": list(ladder)}))


@dataclass(frozen=True)
class People:
    """How the people of a rehearsal are; every number but the last is a probability.

    On a day of work an owner takes a step by himself, after a reminder, after
    somebody above was told; a `forget` part of all cases is touched only after one of these.
    A reviewer takes a concluded case, and accepts or sends back. `a_day` is the
    most that one person does in a day.
    """

    act: float = 0.35
    answer: float = 0.6
    pushed: float = 0.8
    forget: float = 0.2
    review: float = 0.7
    accept: float = 0.9
    a_day: int = 12


WAVES: Mapping[tuple[int, int], float] = MappingProxyType({(7, 26): 0.6, (8, 1): 0.2, (8, 12): 0.12, (9, 2): 0.08})
"""On which days (month, day) which part of the cases is opened: the first screening, a second one, late changes."""


@dataclass(frozen=True)
class Plan:
    """One rehearsal; the same plan and seed give the same season, to the letter."""

    round: RoundPlan
    begin: date
    end: date
    seed: int = 1
    cases: int = 300
    owners: int = 8
    people: People = People()


def shipped(code: str) -> RoundPlan:
    """Return a round that ships with the service; raises `NotFound`."""
    path = SHIPPED / code / "round.json"
    if not path.exists():
        raise NotFound(N_("没有随系统提供的轮次 %(code)s。"), params={"code": code})
    content = json.loads(path.read_text(encoding="utf-8"))
    dates = {row["level"]: (date.fromisoformat(row["on"]), row["clause"], row["label"]) for row in content["dates"]}
    return RoundPlan(content["code"], content["name"], content["cohort"], content["settings"], dates)


def of_round(round_: Round) -> RoundPlan:
    """Return a round of the office as it stands; only its settings and dates are taken, nothing of its work."""
    dates = {row.level: (row.on, row.clause, row.label) for row in round_.dates if row.organisation_id is None}
    return RoundPlan(round_.code, round_.name, round_.cohort, dict(round_.settings), dates)


def ladder_in(path: Path) -> Sequence[Mapping[str, Any]]:
    """Return the ladder of a file: a list of rungs, or settings of a round that hold one; raises `Invalid`."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise _no_ladder(path) from fault
    while isinstance(content, dict):
        content = content.get("ladder", content.get("settings"))
    if not isinstance(content, list):
        raise _no_ladder(path)
    return content


def _no_ladder(path: Path) -> Invalid:
    return Invalid(
        N_("文件 %(file)s 不是阶梯：须为 JSON 格式的一组台阶，写法与轮次设置中的 ladder 相同。"),
        params={"file": path.name},
    )
