"""How many records to check, worked out by formulas that anybody can look up.

Sources: sizes with the finite population correction, Cochran 1977, "Sampling
Techniques", ch. 4.4; discovery from the hypergeometric distribution; plans for a
declared rate in the style of GB/T 2828.4.
"""

from dataclasses import dataclass
from math import ceil, exp, lgamma, log1p

from casework.errors import N_, Invalid
from casework.screening.statistics.tails import binomial_up_to, normal_upper

WORST = 0.5  # the share at which a sample is least exact
CONFIDENCE = 0.95
PRODUCER, CONSUMER = 0.05, 0.10  # risks of a plan: a lot as declared fails, an unacceptable one passes
LARGEST_PLAN = 5_000


@dataclass(frozen=True)
class Plan:
    """Check `n`; up to `c` wrong ones do not contradict what was declared."""

    n: int
    c: int


def size_for(margin: float, *, population: int | None = None, confidence: float = CONFIDENCE) -> int:
    """Return how many to check so that any share is known to ± `margin`; 385 for 5 points, of 5,200 records 358."""
    endless = z_of(confidence) ** 2 * WORST * (1 - WORST) / margin**2
    if population is None:
        return ceil(endless)
    return min(population, ceil(endless / (1 + (endless - 1) / population))) if population else 0


def size_to_discover(rate: float, *, population: int | None = None, confidence: float = CONFIDENCE) -> int:
    """Return how many right ones in a row show that fewer than `rate` are wrong; 299 for 1 %, fewer of a small lot."""
    endless = ceil(log1p(-confidence) / log1p(-rate))
    if population is None:
        return endless
    wrong = ceil(round(population * rate, 9))  # 0.07 × 100 is not 7 to a machine
    low, high, risk = 0, population, (1 - confidence) * (1 + 1e-9)  # 95 of 100 is exactly the risk, and rounds above it
    while low < high:
        middle = (low + high) // 2
        if _misses_all(population, wrong, middle) <= risk:
            high = middle
        else:
            low = middle + 1
    return low


def acceptance(declared: float, unacceptable: float, *, producer: float = PRODUCER, consumer: float = CONSUMER) -> Plan:
    """Return the smallest plan that tells two shares apart; 1 % against 5 %: 132 with 3, 2 % against 8 %: 98 with 4.

    Raises `Invalid` where they lie so near that only thousands of records could.
    """
    wrong, n = 0, 1
    while n <= LARGEST_PLAN:
        while binomial_up_to(wrong, n, unacceptable) > consumer:
            n += 1
        if binomial_up_to(wrong, n, declared) >= 1 - producer:
            return Plan(n, wrong)
        wrong += 1
    sentence = N_("两个比例太接近，抽样分辨不出，没有抽样。请放宽不可接受的比例。")
    raise Invalid(sentence, fields={"rate": N_("请填写更大的比例。")})


def z_of(confidence: float) -> float:
    """Return how many standard errors wide one side of an interval is."""
    return normal_upper((1 - confidence) / 2)


def _misses_all(population: int, wrong: int, n: int) -> float:
    """Return the probability that `n` records hold none of the wrong ones."""
    if n > population - wrong:
        return 0.0
    right = population - wrong
    return exp(lgamma(right + 1) - lgamma(right - n + 1) - lgamma(population + 1) + lgamma(population - n + 1))
