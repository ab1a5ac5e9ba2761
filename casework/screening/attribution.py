"""Of which unit an excess is said, where units lie in each other.

One bad class makes its whole college high, and an innocent college must not be
named for it; a college that is high throughout must be named once and not class
by class. So a unit that is beyond is looked into, and its rest weighed without
what stands out inside: when the rest is ordinary, what stands out is named instead.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from casework.screening.standing import Standing
from casework.screening.statistics.beta_binomial import Fit, upper_tail
from casework.screening.statistics.many import benjamini_hochberg

_ORDINARY = 0.025  # a rest inside the 95 % limits is ordinary
_THROUGHOUT = 0.5  # several that stand out and make more than half of a unit are the unit


def attribute(
    standings: Mapping[str, Standing],
    fits: Mapping[tuple[str, str], Fit],
    *,
    least: int,
    excess: int,
    q: Decimal,
) -> dict[str, Standing]:
    """Return the tested standings by subject, those that are beyond with the units that say it instead.

    Inside a unit that is beyond, its parts are tested among themselves (Yekutieli,
    J. Am. Stat. Assoc. 103 (2008) 309): a part that is beyond there becomes so, with that q, if it is then named.
    """
    said = dict(standings)
    inside: dict[str, list[str]] = defaultdict(list)
    for subject, one in standings.items():
        for around in one.unit.within:
            inside[around].append(subject)
    named: set[str] = set()
    for subject in sorted(standings, key=lambda subject: _narrowness(standings[subject])):
        whole = said[subject]
        if whole.verdict != "beyond":
            continue
        parts = [said[part] for part in inside[subject]]
        spoken = [part for part in parts if part.unit.subject in named]
        out = spoken + _standing_out(parts, spoken, excess=excess, q=q)
        if out and _rest_is_ordinary(whole, out, fits[whole.unit.level, whole.peer], least=least, excess=excess):
            said |= {part.unit.subject: part for part in out}
            said[subject] = replace(whole, explained_by=tuple(sorted(part.unit.subject for part in out)))
            named |= set(said[subject].explained_by)
            continue
        named -= set(inside[subject])
        named.add(subject)
        said |= {
            part.unit.subject: replace(part, explained_by=(subject,)) for part in parts if part.verdict == "beyond"
        }
    return said


def _narrowness(one: Standing) -> tuple[int, int, str]:
    # What lies inside comes first: it has no more people, and at the same number more units around it.
    return one.unit.n, -len(one.unit.within), one.unit.subject


def _standing_out(parts: Sequence[Standing], spoken: Sequence[Standing], *, excess: int, q: Decimal) -> list[Standing]:
    """Return the parts, at the narrowest level that has some, that are beyond when tested among themselves."""
    taken = {one.unit.subject for one in spoken}
    around = {name for one in spoken for name in one.unit.within}
    free = [
        part
        for part in parts
        if part.unit.subject not in taken | around and not taken & set(part.unit.within) and part.verdict != "beyond"
    ]
    levels: dict[int, list[Standing]] = defaultdict(list)
    for part in free:
        levels[-len(part.unit.within)].append(part)
    for _, level in sorted(levels.items()):
        corrected = benjamini_hochberg([part.chance for part in level])
        out = [
            replace(part, q=float(value), verdict="beyond")
            for part, value in zip(level, corrected, strict=True)
            if value <= q and round(part.excess or 0) >= excess
        ]
        if out:
            return out
    return []


def _rest_is_ordinary(whole: Standing, out: Sequence[Standing], fitted: Fit, *, least: int, excess: int) -> bool:
    n = whole.unit.n - sum(part.unit.n for part in out)
    k = whole.unit.k - sum(part.unit.k for part in out)
    throughout = len(out) > 1 and n < (1 - _THROUGHOUT) * whole.unit.n
    if n < least or throughout:
        return False
    return round(k - n * fitted.mean) < excess or upper_tail(k, n, fitted) > _ORDINARY
