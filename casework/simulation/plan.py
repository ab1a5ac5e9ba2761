"""What a rehearsal plays: a university of so many people, a round with its ladder, and how people are."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from casework.errors import N_, Invalid, NotFound
from casework.leads.channels import TABLE
from casework.rounds import queries as rounds
from casework.rounds import settings
from casework.rounds.models import CodeEntry, Round
from casework.rounds.tables import SHIPPED, entries


@dataclass(frozen=True)
class RoundPlan:
    """A round as it is rehearsed: its settings, and its national dates as level → (day, clause, label).

    `channels` are the ways in which leads come, as rows of the round's code table: code → values.
    """

    code: str
    name: str
    cohort: int
    settings: Mapping[str, Any]
    dates: Mapping[str, tuple[date, str, str]]
    channels: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

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


@dataclass(frozen=True)
class Graduates:
    """The graduates who have not confirmed, and what they do once a reminder has reached them; all but `number` parts.

    `confirm`, `wrong` and `never` are the parts that have something to say, the rest stays silent; each day
    after a reminder an `answer_a_day` part of those who have not said it says it. Of all numbers a `dead` part
    takes nothing any more, and a `nowhere` part has neither number nor mail address; every other graduate has one.
    """

    number: int = 200
    confirm: float = 0.62
    wrong: float = 0.04
    never: float = 0.03
    answer_a_day: float = 0.25
    dead: float = 0.05
    nowhere: float = 0.03


@dataclass(frozen=True)
class Leads:
    """How many leads come in over the season, and how their officer is, as in `People`."""

    number: int = 12
    act: float = 0.6
    answer: float = 0.8
    forget: float = 0.25


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
    graduates: Graduates = Graduates()
    leads: Leads = Leads()


def shipped(code: str) -> RoundPlan:
    """Return a round that ships with the service; raises `NotFound`."""
    path = SHIPPED / code / "round.json"
    if not path.exists():
        raise NotFound(N_("没有随系统提供的轮次 %(code)s。"), params={"code": code})
    content = json.loads(path.read_text(encoding="utf-8"))
    dates = {row["level"]: (date.fromisoformat(row["on"]), row["clause"], row["label"]) for row in content["dates"]}
    ways_in = _channels(row for row in entries(SHIPPED / code) if row.table == TABLE)
    return RoundPlan(content["code"], content["name"], content["cohort"], content["settings"], dates, ways_in)


def of_round(round_: Round) -> RoundPlan:
    """Return a round of the office as it stands; its settings, dates and channels are taken, nothing of its work."""
    dates = {row.level: (row.on, row.clause, row.label) for row in round_.dates if row.organisation_id is None}
    ways_in = _channels(rounds.table(round_.id, TABLE).values())
    return RoundPlan(round_.code, round_.name, round_.cohort, dict(round_.settings), dates, ways_in)


def _channels(found: Iterable[CodeEntry]) -> Mapping[str, Mapping[str, Any]]:
    return {
        row.code: {"name_zh": row.name_zh, "name_en": row.name_en, "attributes": dict(row.attributes)} for row in found
    }


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
