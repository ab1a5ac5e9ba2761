"""Made-up universities as units with counts: what is natural, what was inflated, and what a naive funnel says.

Base shares depend on the kind of programme, and universities, colleges, majors
and classes scatter about them on the logit scale. A few colleges, majors and
classes are inflated; art and sport are high by nature. The shares are made up
and prove mechanics, not real rates.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from casework.screening.roster import roster
from casework.screening.standing import Comparison, Unit
from casework.screening.statistics.limits import exact_limits

# First digits of a major's code → natural share of flexible work.
BASES = {
    "0201": 0.022, "0301": 0.025, "0502": 0.04, "0701": 0.02, "0802": 0.015, "0809": 0.015, "1002": 0.03,
    "1202": 0.025, "1304": 0.14, "0402": 0.11,
}  # fmt: skip
NATURAL = ("1304", "0402")
SCATTER = {"university": 0.15, "college": 0.25, "major": 0.2, "class": 0.2}
SCHEMES = {"": 0.90, "college": 0.04, "major": 0.03, "class": 0.03}


@dataclass(frozen=True)
class Population:
    """Units, the subjects of those that were inflated, and of the colleges that are high by nature."""

    units: tuple[Unit, ...]
    planted: frozenset[str]
    natural: frozenset[str]

    def guilty(self, unit: Unit) -> bool:
        """Say whether a unit was inflated, lies in one that was, or consists of such for more than half."""
        if self.planted & {unit.subject, *unit.within}:
            return True
        inside = sum(one.n for one in self.units if one.subject in self.planted and unit.subject in one.within)
        return 2 * inside >= unit.n

    def found(self, named: Sequence[Unit]) -> set[str]:
        """Return the inflated units that were named: themselves, by a part, or by a guilty unit around them."""
        around = {one.subject: set(one.within) for one in self.units if one.subject in self.planted}
        return {
            subject
            for subject in self.planted
            for unit in named
            if subject == unit.subject
            or subject in unit.within
            or (unit.subject in around[subject] and self.guilty(unit))
        }

    def innocent(self, named: Sequence[Unit], *, level: str = "college") -> list[str]:
        """Return the units of a level that were named and are not guilty."""
        return [unit.subject for unit in named if unit.level == level and not self.guilty(unit)]


def population(seed: int, *, universities: int) -> Population:
    """Make universities of 11 to 19 colleges each; the same seed makes the same."""
    random = np.random.default_rng(seed)
    rows, planted, natural = [], set(), set()
    for place in range(universities):
        university, level = f"大学{place:02}", random.normal(0, SCATTER["university"])
        ordinary = [base for base in BASES if base not in NATURAL]
        bases = [*random.choice(ordinary, size=random.integers(10, 16)), *["1304"] * int(random.integers(1, 3))]
        bases += ["0402"] if random.random() < 0.5 else []
        for number, base in enumerate(bases):
            college = f"学院{number:02}"
            home = f"{university}/{college}" if universities > 1 else college
            if base in NATURAL:
                natural.add(f"college:{home}")
            scheme = str(random.choice(list(SCHEMES), p=list(SCHEMES.values())))
            made, inflated = _college(random, base, scheme, level, university=university, college=college)
            rows += made
            planted |= {subject.format(home=home) for subject in inflated}
    return Population(roster(rows).units, frozenset(planted), frozenset(natural))


def naive(units: Sequence[Unit], *, level: str = "college") -> list[Unit]:
    """Return the units above the upper 99.8 % limit of one funnel over everybody of a level."""
    tested = [unit for unit in units if unit.level == level]
    centre = sum(unit.k for unit in tested) / sum(unit.n for unit in tested)
    _, high = exact_limits([unit.n for unit in tested], centre=centre, confidence=0.998)
    return [unit for unit, limit in zip(tested, high, strict=True) if unit.k / unit.n > limit]


def named(comparison: Comparison) -> list[Unit]:
    """Return the units of which the comparison says an excess."""
    return [one.unit for one in comparison.standings if one.reported]


def tally(seeds: Sequence[int], *, universities: int, judge) -> Counter:
    """Count over several populations: planted and found by level, innocent ones named by level, colleges in all."""
    count: Counter = Counter()
    for seed in seeds:
        people = population(seed, universities=universities)
        said = judge(people.units)
        found = people.found(said)
        for subject in people.planted:
            level = subject.partition(":")[0]
            count[f"planted {level}"] += 1
            count[f"found {level}"] += subject in found
        for level in ("college", "major", "class"):
            count[f"innocent {level}"] += len(people.innocent(said, level=level))
            count[f"all {level}"] += sum(unit.level == level for unit in people.units)
    return count


def _college(random, base, scheme, level, *, university, college):
    """Return the rows of a college and which of its units were inflated, with a place for its name."""
    rows, inflated = [], {"college:{home}"} if scheme == "college" else set()
    level = level + random.normal(0, SCATTER["college"])
    majors, more = int(random.integers(2, 6)), float(random.uniform(0.1, 0.25))
    bad_major = int(random.integers(majors))
    for major in range(majors):
        stage = "31" if major < majors - 1 or random.random() < 0.5 else "11"
        own = level + random.normal(0, SCATTER["major"])
        classes = int(random.integers(1, 6))
        bad_class = int(random.integers(classes))
        if scheme == "major" and major == bad_major:
            inflated.add(f"major:{{home}}/专业{major}/{stage}")
        for number in range(classes):
            n, name = int(random.integers(25, 50)), f"专业{major}-{number}班"
            logit = np.log(BASES[base] / (1 - BASES[base])) + own + random.normal(0, SCATTER["class"])
            k, added = int(random.binomial(n, 1 / (1 + np.exp(-logit)))), 0.0
            if scheme == "college" or (scheme == "major" and major == bad_major):
                added = more
            elif scheme == "class" and major == bad_major and number == bad_class:
                added = 0.3
                inflated.add(f"class:{{home}}/{name}")
            k += int(random.binomial(n - k, added))
            place = {"university": university, "college": college, "major_code": f"{base}01", "class_name": name}
            people = [f"{university}{college}{name}{one}" for one in range(k)]
            rows.append({**place, "major_name": f"专业{major}", "degree_level": stage, "n": n, "people": people})
    return rows, inflated
