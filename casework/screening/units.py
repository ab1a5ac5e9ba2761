"""Units against their peers: whose share is higher than units of their kind explain.

One funnel over everybody accuses art colleges of being art colleges. So a unit
is held against its peer group, whose own scatter is learnt (beta-binomial), and
decided by the tail of that, corrected for the number of tests; limits are for
drawing only. What a unit alone made high is not said of the unit around it, and
what is high throughout is said once, of the widest unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from casework.screening.attribution import attribute
from casework.screening.standing import Comparison, Peer, Standing, Unit
from casework.screening.statistics import beta_binomial, dispersion
from casework.screening.statistics.beta_binomial import Fit
from casework.screening.statistics.limits import exact_limits
from casework.screening.statistics.many import benjamini_hochberg

WARNING = 0.025  # the upper end of 95 % limits


def compare(
    units: Iterable[Unit], *, least: int = 10, peers_at_least: int = 4, excess: int = 5, q: Decimal = Decimal("0.05")
) -> Comparison:
    """Hold every unit of at least `least` graduates against the narrowest of its peer groups that is large enough.

    A group counts units of `least` graduates, the unit itself among them, and needs
    `peers_at_least`; an excess is counted in whole persons. q is by
    Benjamini–Hochberg within a level. Nothing depends on the order of the units.
    Raises ValueError for two units of one name or impossible counts.
    """
    given = tuple(units)
    groups = _groups(given, least=least)
    chosen = {unit.subject: _choose(unit, groups, least, peers_at_least) for unit in given}
    if len(chosen) < len(given):
        raise ValueError("Two units have the same level and key.")
    used: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in sorted(given, key=lambda unit: unit.subject):
        if chosen[unit.subject]:
            used[unit.level, chosen[unit.subject]].append(unit)
    usual = _usual_scatter({group: groups[group] for group in sorted(used)})
    weighed = {
        (level, name): _weigh(level, name, groups[level, name], tested, usual_scatter=usual[level])
        for (level, name), tested in sorted(used.items())
    }
    corrected = _corrected(weighed)
    standings = {
        one.unit.subject: _decided(one, corrected[one.unit.subject], excess, q)
        for _, weights in weighed.values()
        for one in weights
    }
    fits = {group: peer.fit for group, (peer, _) in weighed.items()}
    said = attribute(standings, fits, least=least, excess=excess, q=q)
    return Comparison(
        tuple(said.get(unit.subject) or _untested(unit, least) for unit in given),
        tuple(peer for peer, _ in weighed.values()),
        tuple(sorted({unit.level for unit in given} - {level for level, _ in used})),
    )


Groups = Mapping[tuple[str, str], Sequence[Unit]]


def _groups(units: Sequence[Unit], *, least: int) -> Groups:
    groups: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    # Sorted, so that sums of floats and with them the last digits do not depend on the order given.
    for unit in sorted(units, key=lambda unit: unit.subject):
        if not 0 <= unit.k <= unit.n:
            raise ValueError(f"{unit.k} marked among {unit.n} of {unit.subject} cannot be.")
        if unit.n >= least:
            for name in unit.peers:
                groups[unit.level, name].append(unit)
    return groups


def _choose(unit: Unit, groups: Groups, least: int, peers_at_least: int) -> str:
    if unit.n < least:
        return ""
    return next((name for name in unit.peers if len(groups[unit.level, name]) >= peers_at_least), "")


def _usual_scatter(groups: Groups) -> dict[str, float]:
    """Return the scatter that is usual at each level, as rho over p(1 - p), which is the variance on the logit scale.

    How much units of a level differ on that scale is much alike from kind to kind,
    how high they are is not. A small group with an inflated unit in it would learn too
    wide a scatter from itself. It is the median over the groups, each counting with its units.
    """
    levels: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for (level, _), group in groups.items():
        alone = _fitted(group)
        levels[level].append((alone.rho / (alone.mean * (1 - alone.mean)), len(group)))
    usual = {}
    for level, found in levels.items():
        found.sort()
        weights = np.cumsum([units for _, units in found])
        usual[level] = found[int(np.searchsorted(weights, weights[-1] / 2))][0]
    return usual


def _fitted(group: Sequence[Unit], *, usual_scatter: float | None = None) -> Fit:
    return beta_binomial.fit([unit.k for unit in group], [unit.n for unit in group], usual_scatter=usual_scatter)


def _weigh(
    level: str, name: str, group: Sequence[Unit], tested: Sequence[Unit], *, usual_scatter: float
) -> tuple[Peer, list[Standing]]:
    """Return the peer group and the standings of its tested units, undecided yet."""
    marked, counted = [unit.k for unit in group], [unit.n for unit in group]
    fitted = _fitted(group, usual_scatter=usual_scatter)
    spread = dispersion.Dispersion(0.0, 0.0)
    if 0 < sum(marked) < sum(counted):
        spread = dispersion.winsorised(dispersion.proportions(marked, counted))
    peer = Peer(
        level=level,
        name=name,
        units=len(group),
        persons=sum(counted),
        centre=fitted.mean,
        phi=spread.phi,
        tau2=spread.tau2,
        alpha=fitted.alpha,
        beta=fitted.beta,
        tests=len(tested),
    )
    sizes = [unit.n for unit in tested]
    inner, outer = (exact_limits(sizes, centre=peer.centre, confidence=confidence) for confidence in (0.95, 0.998))
    return peer, [
        Standing(
            unit=unit,
            peer=name,
            peer_units=peer.units,
            share=unit.k / unit.n,
            expected_share=peer.centre,
            expected=unit.n * peer.centre,
            excess=unit.k - unit.n * peer.centre,
            tail=beta_binomial.upper_tail(unit.k, unit.n, fitted),
            low95=float(inner[0][place]),
            high95=float(inner[1][place]),
            low998=float(outer[0][place]),
            high998=float(outer[1][place]),
        )
        for place, unit in enumerate(tested)
    ]


def _corrected(weighed: Mapping[tuple[str, str], tuple[Peer, Sequence[Standing]]]) -> dict[str, float]:
    levels: dict[str, list[Standing]] = defaultdict(list)
    for (level, _), (_, weights) in weighed.items():
        levels[level] += weights
    return {
        one.unit.subject: float(value)
        for weights in levels.values()
        for one, value in zip(weights, benjamini_hochberg([one.chance for one in weights]), strict=True)
    }


def _decided(one: Standing, corrected: float, excess: int, q: Decimal) -> Standing:
    over = one.excess or 0.0
    if corrected <= q and round(over) >= excess:
        return replace(one, q=corrected, verdict="beyond")
    return replace(one, q=corrected, verdict="warning" if one.chance <= WARNING else "inside")


def _untested(unit: Unit, least: int) -> Standing:
    share = unit.k / unit.n if unit.n else 0.0
    return Standing(unit, share=share, verdict="small" if unit.n < least else "alone")
