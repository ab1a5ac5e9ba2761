"""The rates of a cohort by every official definition, side by side.

The 2021 wording (教学厅函〔2021〕19号) and the 2024 wording (教就业厅函〔2024〕11号) cut
the same settled graduates into different parts: 2021 puts other-form employment
(12) and freelancing (76) together as 灵活就业, 2024 counts 12 with the employers and
76 alone. The total must be the same either way, so each definition checks the
other. What a rate counts stands in the round's table `rate_definition`, not here.
The denominator is all graduates; a code that nobody knows stays in it.
Figures are stated, never ranked and never compared with a target (N1.5 三不得).
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

DENOMINATOR = "毕业生总数"
# Held back or still studying: not graduates of this cohort, so in no denominator.
NOT_GRADUATED = ("65",)
PARTS = ("total", "part", "watched")
FAMILY = 2
"""A destination belongs to the family of its first two digits; the third only says more about it."""
_SHIPPED = Path(__file__).parents[1] / "rounds" / "data" / "2024" / "rate_definitions.csv"
_CODES = re.compile(r"\d{2}(?:\+\d{2})*")


@dataclass(frozen=True)
class Definition:
    """What one rate counts: `part` is total, part (of that total) or watched (no part of the sum)."""

    key: str
    version: str
    name: str
    name_en: str
    codes: tuple[str, ...]
    part: str


@dataclass(frozen=True)
class Rate:
    """One rate: whose definition, its name, the codes it counts, both numbers; `part` is False for watched figures."""

    version: str
    name: str
    codes: tuple[str, ...]
    numerator: int
    denominator: int
    part: bool = True
    key: str = ""
    name_en: str = ""

    @property
    def percent(self) -> str:
        """Return "82.35%", rounded half up, or "—" where there are no graduates."""
        return percent(self.numerator, self.denominator)


def percent(numerator: int, denominator: int) -> str:
    """Return "82.35%", rounded half up, or "—" where there is nobody."""
    if not denominator:
        return "—"
    share = Decimal(numerator) * 100 / Decimal(denominator)
    return f"{share.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP)}%"


def definitions(rows: Iterable[Mapping[str, str]]) -> tuple[Definition, ...]:
    """Return the definitions that a table of rates spells out in codes, in its order.

    Rows without a `part` or whose numerator is told in words only are other figures and are left out.
    """
    return tuple(
        Definition(
            key=f"{row['version']}-{number:02}",
            version=row["version"],
            name=row["rate_zh"],
            name_en=row.get("rate_en") or row["rate_zh"],
            codes=tuple(row["numerator_codes"].split("+")),
            part=row["part"],
        )
        for number, row in enumerate(rows, 1)
        if row.get("part") in PARTS and _CODES.fullmatch(row["numerator_codes"])
    )


@lru_cache
def shipped() -> tuple[Definition, ...]:
    """Return the definitions that ship with the service: a document renders without a database."""
    with _SHIPPED.open(encoding="utf-8-sig", newline="") as handle:
        return definitions(csv.DictReader(handle))


def rates(counts: Mapping[str, int], defined: Iterable[Definition] | None = None) -> tuple[Rate, ...]:
    """Return every rate of every definition from graduates counted by destination code (two or three digits).

    Each version gives its total first, then its parts, then its watched figures.
    """
    by_family = _by_family(counts)
    denominator = graduates(counts)
    return tuple(
        Rate(
            version=each.version,
            name=each.name,
            codes=each.codes,
            numerator=sum(by_family.get(code, 0) for code in each.codes),
            denominator=denominator,
            part=each.part != "watched",
            key=each.key,
            name_en=each.name_en,
        )
        for each in (shipped() if defined is None else defined)
    )


def graduates(counts: Mapping[str, int]) -> int:
    """Return the denominator: all graduates, with or without a known destination."""
    return sum(number for code, number in counts.items() if code[:FAMILY] not in NOT_GRADUATED)


def _by_family(counts: Mapping[str, int]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for code, number in counts.items():
        sums[code[:FAMILY]] = sums.get(code[:FAMILY], 0) + number
    return sums
