"""How strong the suspicion is: likelihood ratios of the hits, summed over families of evidence.

Counting hits misleads, because hits that come from one cause are counted as
many: a credit code that nobody knows also has no matching name. So each rule
belongs to one family, inside a family only the strongest ratio counts, and the
logarithms are added over families to the log-odds of the prior (naive Bayes
over families; on the simulated populations its first thousand were right in
.997 of cases, against .88 to .94 for counting).

The ratios begin as start values by strength and are refitted from concluded
cases, never silently: a ratio always says where it comes from, and a rule with
few outcomes keeps its start value. A logistic regression, which could also weigh
families against each other, is not fitted: it needs 200 labelled outcomes at the
least, and a reader cannot check its coefficients against counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Protocol

from casework.errors import N_
from casework.screening.rule import Family
from casework.screening.rules import RULES

START = {"s": 100.0, "m": 20.0, "w": 4.0}
EASED = 5.0  # one class of strength
PRIOR = 0.03
PRIOR_ORIGIN = N_("起始值：一所学校通常有百分之三到百分之十的登记需要核查，取下限")
ENOUGH_OUTCOMES = 20
ENOUGH_ORIGIN = N_("建议值：办结不足20件的规则，比例还不稳定，沿用起始值")

FAMILIES: Mapping[Family, str] = {
    "existence": N_("单位是否存在"),
    "identity": N_("单位身份"),
    "entries": N_("日期、编码和薪酬"),
    "proofs": N_("佐证材料"),
    "contact": N_("联系方式"),
    "answers": N_("毕业生反馈"),
    "clusters": N_("单位聚集"),
    "rates": N_("院系比例"),
    "time": N_("填报时间"),
    "lead": N_("线索"),
}

FAMILY_OF: Mapping[str, Family] = {rule.code: rule.family for rule in RULES}
EASED_BY: Mapping[str, tuple[str, ...]] = {rule.code: rule.eased_by for rule in RULES}


class Evidence(Protocol):
    """What the score asks of a hit, a stored finding or a rule."""

    @property
    def rule(self) -> str: ...  # noqa: D102 - the names of a finding
    @property
    def output(self) -> str: ...  # noqa: D102 - as above
    @property
    def strength(self) -> str: ...  # noqa: D102 - as above
    @property
    def observed(self) -> Mapping[str, object]: ...  # noqa: D102 - as above


@dataclass(frozen=True)
class Weight:
    """A likelihood ratio: `checked` outcomes of which so many were `confirmed` stand behind it if it was refitted.

    `eased` when the finding itself shows what makes the innocent explanation likely.
    """

    ratio: float
    refitted: bool = False
    checked: int = 0
    confirmed: int = 0
    eased: bool = False


@dataclass(frozen=True)
class Counts:
    """What became of concluded cases: with the rule and without it, confirmed and unfounded.

    Those without may be fractions, because unflagged registrations are told by a sample.
    """

    confirmed_with: int
    unfounded_with: int
    confirmed_without: float
    unfounded_without: float

    @property
    def checked(self) -> int:
        """Return how many outcomes the rule itself has."""
        return self.confirmed_with + self.unfounded_with

    @property
    def ratio(self) -> float:
        """Return the refitted ratio; half a case is added on each side, so that nothing is certain."""
        among_confirmed = (self.confirmed_with + 0.5) / (self.confirmed_with + self.confirmed_without + 1)
        among_unfounded = (self.unfounded_with + 0.5) / (self.unfounded_with + self.unfounded_without + 1)
        return among_confirmed / among_unfounded


@dataclass(frozen=True)
class Score:
    """The posterior, and the rule that counted in each family; the other hits of the family add nothing."""

    log_odds: float
    counted: Mapping[str, str]

    @property
    def probability(self) -> float:
        """Return the posterior as a probability; it orders work and is never a finding."""
        return 1 / (1 + exp(-self.log_odds))


def weight_of(evidence: Evidence, weights: Mapping[str, Weight]) -> Weight:
    """Return the weight of a hit: refitted, else the start value of its strength; one class less where it is eased."""
    whole = weights.get(evidence.rule) or Weight(START.get(evidence.strength, 1.0))
    if not any(evidence.observed.get(fact) for fact in EASED_BY.get(evidence.rule, ())):
        return whole
    return replace(whole, ratio=whole.ratio if whole.ratio <= 1 else max(1.0, whole.ratio / EASED), eased=True)


def score(evidence: Iterable[Evidence], weights: Mapping[str, Weight] | None = None) -> Score:
    """Return the posterior of what all these hits are about.

    Hits that only support (S) count when something else stands too. The order
    of the hits never matters. An unknown rule is a family of its own.
    """
    hits = list(evidence)
    if all(hit.output == "S" for hit in hits):
        hits = []
    best: dict[str, tuple[float, str]] = {}
    for hit in hits:
        family = FAMILY_OF.get(hit.rule, hit.rule)
        best[family] = max(best.get(family, (-1.0, "")), (weight_of(hit, weights or {}).ratio, hit.rule))
    total = log(PRIOR / (1 - PRIOR)) + sum(log(best[family][0]) for family in sorted(best))
    return Score(total, {family: rule for family, (_, rule) in sorted(best.items())})
