"""Is a day of reading unlike others? Then it is a question, never a finding.

Counts of looks are skewed and a single busy day must not set the measure, so a
day is compared with the median and the median absolute deviation (MAD) of the
days before it; 1.4826 MAD estimates a standard deviation (Rousseeuw and Croux,
JASA 88, 1993, 1273-1283). Whoever has few days of their own is measured by
those of the same role. A floor keeps small numbers from ever being asked
about: nobody is to explain five looks because four were usual.

Of every kind it is said how many make a question. These are settings of the
software, chosen so that an ordinary office is asked about once a week at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from statistics import median
from types import MappingProxyType

from workflows.errors import N_

SCALE = 1.4826
WIDTH = 6.0
"""So many deviations above the median begin to be unusual."""
LEAST_SPREAD = 0.25
"""The deviation is never taken for less than this part of the median: even days happen by chance."""
OWN_DAYS = 10
"""With so many days of their own a person is measured by them, otherwise by those of the role."""
LEAVING_DAYS = 14
NIGHT = (23, 5)
"""From this hour to before that one, in Beijing."""


class Unusual(StrEnum):
    """What a question may be about."""

    BULK = "bulk"
    OWN_CASE = "own_case"
    OWN_BODY = "own_body"
    OWN_LEADER = "own_leader"
    OUTSIDE = "outside"
    NIGHT = "night"
    LEAVING = "leaving"
    EXPORTS = "exports"
    REFUSED = "refused"

    @property
    def sentence(self) -> str:
        """The question, with its places."""
        return _SENTENCES[self]

    @property
    def label(self) -> str:
        """The word in a list."""
        return _LABELS[self]


_LABELS = {
    Unusual.BULK: N_("查看次数多于平日"),
    Unusual.OWN_CASE: N_("查看与本人有关的案件"),
    Unusual.OWN_BODY: N_("查看涉及本单位的案件"),
    Unusual.OWN_LEADER: N_("查看与本单位负责人有关的案件"),
    Unusual.OUTSIDE: N_("查看不由本人承办的案件"),
    Unusual.NIGHT: N_("夜间查看"),
    Unusual.LEAVING: N_("任职即将结束时查看"),
    Unusual.EXPORTS: N_("导出次数多于平日"),
    Unusual.REFUSED: N_("多次被拒绝"),
}
_SENTENCES = {
    Unusual.BULK: N_("当天查看完整身份信息和材料 %(n)s 次，平日中位数 %(usual)s 次。请说明是否因工作需要。"),
    Unusual.OWN_CASE: N_(
        "当天查看了案件 %(subject)s 的完整信息 %(n)s 次，本人与该案可能有需要回避的关系（待核）。请说明。"
    ),
    Unusual.OWN_BODY: N_(
        "当天查看了案件 %(subject)s 的完整信息 %(n)s 次，该案涉及本人所在单位。请说明是否因工作需要。"
    ),
    Unusual.OWN_LEADER: N_(
        "当天查看了案件 %(subject)s 的完整信息 %(n)s 次，该案可能与本单位负责人有关（待核），且不由本人承办。请说明。"
    ),
    Unusual.OUTSIDE: N_("当天查看了 %(n)s 件不由本人承办的案件的完整信息。请说明是否因工作需要。"),
    Unusual.NIGHT: N_("当天夜间（23 时至次日 5 时）查看完整身份信息和材料 %(n)s 次。请说明是否因工作需要。"),
    Unusual.LEAVING: N_(
        "任职将于 %(until)s 结束，当天查看和导出共 %(n)s 次，平日中位数 %(usual)s 次。请说明是否因工作交接需要。"
    ),
    Unusual.EXPORTS: N_("当天导出和下载 %(n)s 次，平日中位数 %(usual)s 次。请说明用途。"),
    Unusual.REFUSED: N_("当天有 %(n)s 次操作因权限、回避或范围被拒绝。请说明是否职责分工或权限设置需要调整。"),
}
FLOORS: Mapping[Unusual, int] = MappingProxyType(
    {
        Unusual.BULK: 20,
        Unusual.OWN_CASE: 1,
        Unusual.OWN_BODY: 1,
        Unusual.OWN_LEADER: 1,
        Unusual.OUTSIDE: 5,
        Unusual.NIGHT: 3,
        Unusual.LEAVING: 8,
        Unusual.EXPORTS: 6,
        Unusual.REFUSED: 20,
    }
)
"""Below these nothing is asked."""


@dataclass(frozen=True)
class Measure:
    """What is usual, and from which count on a day is asked about."""

    usual: float
    limit: int

    def exceeded_by(self, count: int) -> bool:
        """Say whether a day's count is to be asked about."""
        return count >= self.limit


@dataclass(frozen=True)
class Day:
    """One person's day as the journal counts it; `subjects` are cases by tie: own, of the own body, of a leader."""

    looks: int = 0
    exports: int = 0
    refusals: int = 0
    at_night: int = 0
    outside: int = 0
    until: str = ""
    tied: Mapping[Unusual, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A question: what is unusual, about which case if about one, and the numbers that its sentence names."""

    kind: Unusual
    facts: Mapping[str, str | int]
    subject: str = ""


def measure(*, own: Sequence[int], role: Sequence[int], floor: int) -> Measure:
    """Return the measure of a day from the days before it on which something was counted at all."""
    days = sorted(own if len(own) >= OWN_DAYS else (*own, *role))
    if not days:
        return Measure(0, floor)
    middle = float(median(days))
    spread = max(SCALE * float(median(abs(each - middle) for each in days)), LEAST_SPREAD * middle, 1.0)
    return Measure(middle, max(floor, ceil(middle + WIDTH * spread)))


def questions(day: Day, *, looks: Measure, exports: Measure) -> tuple[Asked, ...]:
    """Return what is to be asked about one person's day, in the order of the kinds; mostly nothing."""
    found = []
    if looks.exceeded_by(day.looks):
        found.append(Asked(Unusual.BULK, {"n": day.looks, "usual": _plain(looks.usual)}))
    found += [
        Asked(kind, {"n": times}, subject)
        for kind in (Unusual.OWN_CASE, Unusual.OWN_BODY, Unusual.OWN_LEADER)
        for subject, times in sorted(day.tied.get(kind, {}).items())
    ]
    if day.outside >= FLOORS[Unusual.OUTSIDE] and 2 * day.outside > day.looks:
        found.append(Asked(Unusual.OUTSIDE, {"n": day.outside}))
    if day.at_night >= FLOORS[Unusual.NIGHT]:
        found.append(Asked(Unusual.NIGHT, {"n": day.at_night}))
    both, usual = day.looks + day.exports, looks.usual + exports.usual
    if day.until and both >= max(FLOORS[Unusual.LEAVING], 2 * usual):
        found.append(Asked(Unusual.LEAVING, {"n": both, "usual": _plain(usual), "until": day.until}))
    if exports.exceeded_by(day.exports):
        found.append(Asked(Unusual.EXPORTS, {"n": day.exports, "usual": _plain(exports.usual)}))
    if day.refusals >= FLOORS[Unusual.REFUSED]:
        found.append(Asked(Unusual.REFUSED, {"n": day.refusals}))
    return tuple(found)


def _plain(number: float) -> str:
    return f"{number:g}"
