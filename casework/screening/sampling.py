"""How many records to check where nothing is suspected, and how many of each stratum (N2.5).

Strata are destination class × degree, because falsity differs by class: a contract
is harder to invent than freelance work. Which records these are, `drawing` says.

Sources: Neyman allocation, Cochran 1977, "Sampling Techniques", ch. 5.5; small
strata joined, ch. 5A.12; sizes as in `sample_sizes`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, sqrt
from typing import Literal

from casework.errors import N_, Invalid
from casework.screening.sample_sizes import CONFIDENCE, WORST, Plan, acceptance, size_for, size_to_discover, z_of

MINIMUM = 30  # records a stratum, below which its share says nothing (screening design)
EXPECTED = 0.05  # share of wrong records that is assumed where no sample was concluded yet [judgement]
ALL = "*"
HALVINGS = 80

Kind = Literal["margin", "size", "discovery", "plan"]


@dataclass(frozen=True)
class Stratum:
    """A part of the population: `family/degree`, how many it holds, and the share of wrong ones that is assumed."""

    name: str
    size: int
    expected: float = EXPECTED


@dataclass(frozen=True)
class Design:
    """What was asked for: ± `margin`, a `size`, to meet a wrong one if `rate` are wrong, or `declared` against `rate`.

    `minimum` is how many a stratum gets at least where shares of strata are wanted.
    """

    kind: Kind
    margin: float = 0.05
    size: int = 0
    rate: float = 0.05
    declared: float = 0.01
    minimum: int = MINIMUM
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if self.kind not in ("margin", "size", "discovery", "plan"):
            raise Invalid(N_("没有这种抽样方式，没有抽样。"), fields={"kind": N_("请选择抽样方式。")})
        share = N_("请填写大于0、小于50的数，单位是百分点。")
        for name in ("margin", "rate", "declared"):
            if not 0 < getattr(self, name) < WORST:
                raise Invalid(N_("抽样要求的百分点应大于0、小于50，没有抽样。"), fields={name: share})
        if self.kind == "size" and self.size < 1:
            raise Invalid(N_("抽取件数至少为1，没有抽样。"), fields={"size": N_("请填写不小于1的整数。")})
        if self.kind == "plan" and self.declared >= self.rate:
            fields = {"declared": N_("声称的错误率应小于不可接受的错误率。")}
            raise Invalid(N_("声称的错误率应小于不可接受的错误率，没有抽样。"), fields=fields)
        if self.minimum < 0 or not WORST < self.confidence < 1:
            raise Invalid(N_("每层至少件数或置信水平不在允许范围内，没有抽样。"))


@dataclass(frozen=True)
class Allotment:
    """How many to draw from each stratum, and how exact that is: at worst, and at the shares that are assumed."""

    strata: tuple[Stratum, ...]
    drawn: Mapping[str, int]
    margin: float
    expected_margin: float
    plan: Plan | None = None

    @property
    def total(self) -> int:
        """Return how many are drawn."""
        return sum(self.drawn.values())


def strata_of(cells: Iterable[tuple[str, str]], *, minimum: int = MINIMUM) -> dict[tuple[str, str], str]:
    """Return the stratum of each cell (family, degree); cells below `minimum` join others of their family, then all."""
    counts = Counter(cells)
    small = {cell for cell, n in counts.items() if n < minimum}
    families: Counter[str] = Counter()
    for family, degree in small:
        families[family] += counts[family, degree]
    names = {}
    for family, degree in sorted(counts):
        if (family, degree) not in small:
            names[family, degree] = f"{family}/{degree}"
        elif families[family] >= minimum:
            names[family, degree] = f"{family}/{ALL}"
        else:
            names[family, degree] = f"{ALL}/{ALL}"
    return names


def allocate(
    strata: Sequence[Stratum], n: int, *, minimum: int = MINIMUM, proportional: bool = False
) -> dict[str, int]:
    """Return how many of `n` each stratum gets: Neyman, at least `minimum` or the whole of a smaller stratum.

    Where the minima alone need more than `n`, they are what is drawn.
    `proportional` leaves out what is assumed, for plans that count one number over all.
    """
    lows = {each.name: min(minimum, each.size) for each in strata}
    total = min(max(n, sum(lows.values())), sum(each.size for each in strata))
    weights = {each.name: each.size * (1 if proportional else _spread(each.expected)) for each in strata}
    sizes = {each.name: each.size for each in strata}
    exact = _shared_out(total, weights, lows, sizes)
    drawn = {name: floor(share + 1e-9) for name, share in exact.items()}
    by_rest = sorted(exact, key=lambda name: (-(exact[name] - drawn[name]), name))
    for name in [name for name in by_rest if drawn[name] < sizes[name]][: total - sum(drawn.values())]:
        drawn[name] += 1
    return drawn


def margin_of(
    strata: Sequence[Stratum], drawn: Mapping[str, int], *, confidence: float = CONFIDENCE, share: float | None = None
) -> float:
    """Return ± what such a draw knows, if `share` (or what is assumed of each stratum) is wrong everywhere."""
    population = sum(each.size for each in strata)
    variance = 0.0
    for each in strata:
        n, p = drawn[each.name], each.expected if share is None else share
        if n == 0:
            continue
        variance += (each.size / population) ** 2 * (1 - n / each.size) * p * (1 - p) / n
    return z_of(confidence) * sqrt(variance)


def allot(design: Design, strata: Sequence[Stratum]) -> Allotment:
    """Return what a design draws from these strata; a margin that was asked for is kept, minima included."""
    population = sum(each.size for each in strata)
    if not population:
        raise Invalid(N_("没有可供抽样的登记，没有抽样。"), code="nothing_to_sample")
    plan = None
    if design.kind == "plan":
        plan = acceptance(design.declared, design.rate)
        drawn = allocate(strata, plan.n, minimum=0, proportional=True)
    elif design.kind == "discovery":
        wanted = size_to_discover(design.rate, population=population, confidence=design.confidence)
        drawn = allocate(strata, wanted, minimum=0, proportional=True)
    elif design.kind == "size":
        drawn = allocate(strata, design.size, minimum=design.minimum)
    else:
        drawn = _exact_enough(design, strata, population)
    return Allotment(
        tuple(strata),
        drawn,
        margin_of(strata, drawn, confidence=design.confidence, share=WORST),
        margin_of(strata, drawn, confidence=design.confidence),
        plan,
    )


def _exact_enough(design: Design, strata: Sequence[Stratum], population: int) -> dict[str, int]:
    low = size_for(design.margin, population=population, confidence=design.confidence)
    high = population
    while low < high:
        middle = (low + high) // 2
        drawn = allocate(strata, middle, minimum=design.minimum)
        if margin_of(strata, drawn, confidence=design.confidence, share=WORST) <= design.margin:
            high = middle
        else:
            low = middle + 1
    return allocate(strata, low, minimum=design.minimum)


def _shared_out(
    total: int, weights: Mapping[str, float], lows: Mapping[str, int], sizes: Mapping[str, int]
) -> dict[str, float]:
    """Return shares in proportion to the weights, held between the minima and the sizes, that add up to the total."""
    smallest = min((weight for weight in weights.values() if weight), default=1.0)
    low, high = 0.0, max(sizes.values(), default=0) / smallest + 1
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if sum(min(max(middle * weights[name], lows[name]), sizes[name]) for name in weights) < total:
            low = middle
        else:
            high = middle
    return {name: float(min(max(high * weights[name], lows[name]), sizes[name])) for name in weights}


def _spread(share: float) -> float:
    return sqrt(share * (1 - share))
