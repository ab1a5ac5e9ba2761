"""The rates of a cohort by both official definitions, side by side.

The 2021 wording (教学厅函〔2021〕19号) and the 2024 wording (教就业厅函〔2024〕11号) cut
the same settled graduates into different parts: 2021 puts other-form employment
(12) and freelancing (76) together as 灵活就业, 2024 counts 12 with the employers and
76 alone. The total must be the same either way, so each definition checks the
other. The denominator is all graduates; a code that nobody knows stays in it.
Figures are stated, never ranked and never compared with a target (N1.5 三不得).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

TOTAL = "毕业去向落实率"
DENOMINATOR = "毕业生总数"
STUDY = ("80", "81", "82", "85")
SIGNED = ("10", "11", "27", "46", "50", "51")

# Parts of the sum, by version, in the order in which the notice of that year names them.
DEFINITIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "2021": {"协议和合同就业率": SIGNED, "创业率": ("75",), "灵活就业率": ("12", "76"), "升学率": STUDY},
    "2024": {
        "单位就业率": (*SIGNED[:2], "12", *SIGNED[2:]),
        "自主创业率": ("75",),
        "自由职业率": ("76",),
        "升学率": STUDY,
    },
}
# Watched, but no part of the 2024 sum.
MONITORED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "2024": {"灵活就业率（监测指标）": ("12", "76"), "其他录用形式占比": ("12",)}
}
# Held back or still studying: not graduates of this cohort, so in no denominator.
NOT_GRADUATED = ("65",)


@dataclass(frozen=True)
class Rate:
    """One rate: whose definition, its name, the codes it counts, both numbers; `part` is False for watched figures."""

    version: str
    name: str
    codes: tuple[str, ...]
    numerator: int
    denominator: int
    part: bool = True

    @property
    def percent(self) -> str:
        """Return "82.35%", rounded half up, or "—" where there are no graduates."""
        if not self.denominator:
            return "—"
        share = Decimal(self.numerator) * 100 / Decimal(self.denominator)
        return f"{share.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP)}%"


def rates(counts: Mapping[str, int]) -> tuple[Rate, ...]:
    """Return every rate of both definitions from graduates counted by destination code (two or three digits).

    Each version gives its total first, then its parts, then its watched figures.
    """
    by_parent = _by_parent(counts)
    denominator = graduates(counts)
    found = []
    for version, parts in DEFINITIONS.items():
        whole = tuple(code for codes in parts.values() for code in codes)
        rows = [(TOTAL, whole, True), *((name, codes, True) for name, codes in parts.items())]
        rows += [(name, codes, False) for name, codes in MONITORED.get(version, {}).items()]
        found += [
            Rate(version, name, codes, sum(by_parent.get(code, 0) for code in codes), denominator, part)
            for name, codes, part in rows
        ]
    return tuple(found)


def graduates(counts: Mapping[str, int]) -> int:
    """Return the denominator: all graduates, with or without a known destination."""
    return sum(number for code, number in counts.items() if code[:2] not in NOT_GRADUATED)


def _by_parent(counts: Mapping[str, int]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for code, number in counts.items():
        sums[code[:2]] = sums.get(code[:2], 0) + number
    return sums
