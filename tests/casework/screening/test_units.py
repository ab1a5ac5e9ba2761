from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.screening.standing import Unit
from casework.screening.units import compare
from tests.casework.screening.populations import naive, named, population, tally

ART, WORK, ALL = "艺术学·本科", "工学·本科", "全部"


def _units(shares, *, peer=WORK, level="college", n=300, first=0):
    return [
        Unit(level, f"{peer}{first + i}", f"{peer}{first + i}", n, round(n * share), (peer, ALL))
        for i, share in enumerate(shares)
    ]


ORDINARY = _units([0.01, 0.02, 0.015, 0.02, 0.025, 0.01, 0.03, 0.02, 0.015, 0.02])
ARTISTS = _units([0.12, 0.15, 0.13, 0.11, 0.16, 0.14], peer=ART)


def _verdicts(comparison):
    return {one.unit.key: one.verdict for one in comparison.standings}


def test_art_colleges_are_held_against_art_colleges_where_one_funnel_names_them():
    units = ORDINARY + ARTISTS
    assert {unit.key for unit in naive(units)} >= {unit.key for unit in ARTISTS if unit.k / unit.n > 0.12}
    assert named(compare(units)) == []


def test_an_inflated_college_does_not_hide_itself_among_few_peers():
    inflated = _units([0.12], first=99)[0]
    comparison = compare([*ORDINARY[:5], inflated])
    assert named(comparison) == [inflated]
    (one,) = [one for one in comparison.standings if one.unit == inflated]
    assert one.peer_units == 6
    assert one.q <= 0.05 < one.share == 0.12
    assert one.excess == pytest.approx(36 - one.expected)
    assert one.low998 <= one.low95 < one.expected_share < one.high95 < one.high998 < one.share


def test_a_share_without_five_persons_is_no_excess():
    small = Unit("college", "小", "小", 12, 4, (WORK, ALL))
    (one,) = [one for one in compare([*ORDINARY, small]).standings if one.unit == small]
    assert one.q <= 0.05
    assert one.verdict == "warning"
    (one,) = [one for one in compare([*ORDINARY, small], excess=3).standings if one.unit == small]
    assert one.verdict == "beyond"


def test_small_units_are_listed_and_not_tested():
    tiny = Unit("college", "小", "小", 9, 9, (WORK, ALL))
    comparison = compare([*ORDINARY, tiny])
    (one,) = [one for one in comparison.standings if one.unit == tiny]
    assert (one.verdict, one.share, one.tail, one.peer) == ("small", 1.0, None, "")
    assert comparison.tests == len(ORDINARY)


def test_too_few_peers_fall_back_and_say_to_whom():
    lonely = Unit("college", "法学院", "法学院", 300, 6, ("法学·本科", "人文社科类", ALL))
    (one,) = [one for one in compare([*ORDINARY, lonely]).standings if one.unit == lonely]
    assert (one.peer, one.fell_back, one.peer_units) == (ALL, True, 11)


def test_where_nobody_has_peers_the_level_says_so_and_accuses_nobody():
    alone = [
        Unit("university", "甲", "甲", 5000, 900, ("综合类",)),
        Unit("university", "乙", "乙", 5000, 90, ("综合类",)),
    ]
    comparison = compare([*ORDINARY, *alone])
    assert comparison.silent == ("university",)
    assert [_verdicts(comparison)[name] for name in ("甲", "乙")] == ["alone", "alone"]
    assert compare([]).standings == ()


def test_nobody_marked_anywhere_is_nobody_beyond():
    comparison = compare(_units([0] * 8))
    assert set(_verdicts(comparison).values()) == {"inside"}
    assert comparison.peers[0].phi == 0


def test_peer_groups_say_their_centre_scatter_and_tests():
    comparison = compare(ORDINARY + ARTISTS)
    by_name = {peer.name: peer for peer in comparison.peers}
    assert by_name[ART].centre == pytest.approx(0.135, abs=0.01)
    assert by_name[WORK].tests == by_name[WORK].units == 10
    assert by_name[ART].fit.mean == pytest.approx(by_name[ART].centre)
    assert comparison.tests == 16


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_neither_order_nor_names_decide(random):
    units = ORDINARY + ARTISTS + _units([0.12, 0.09], first=50)
    names = [f"单位{i}" for i in range(len(units))]
    random.shuffle(names)
    renamed = [Unit(u.level, name, name, u.n, u.k, u.peers) for u, name in zip(units, names, strict=True)]
    shuffled = random.sample(units, len(units))
    before = [one.verdict for one in compare(units).standings]
    assert [one.verdict for one in compare(renamed).standings] == before
    there = {one.unit: one for one in compare(shuffled).standings}
    assert [there[unit] for unit in units] == list(compare(units).standings)


def test_twice_the_people_at_the_same_shares_make_nobody_less_conspicuous():
    units = ORDINARY + _units([0.1], first=50)
    doubled = [Unit(u.level, u.key, u.label, 2 * u.n, 2 * u.k, u.peers) for u in units]
    one, other = compare(units).standings[-1], compare(doubled).standings[-1]
    assert one.verdict == other.verdict == "beyond"
    assert other.tail <= one.tail


@pytest.mark.parametrize("unit", [Unit("class", "a", "a", 5, 6, (ALL,)), Unit("class", "a", "a", 5, -1, (ALL,))])
def test_impossible_counts_are_refused(unit):
    with pytest.raises(ValueError, match="cannot be"):
        compare([unit])


def test_two_units_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same level and key"):
        compare([ORDINARY[0], ORDINARY[0]])


def test_inflated_colleges_are_found_and_ordinary_ones_left_in_peace_where_one_funnel_accuses_many():
    seeds = range(3)
    ours = tally(seeds, universities=8, judge=lambda units: named(compare(units)))
    funnel = tally(seeds, universities=8, judge=naive)
    assert ours["found college"] >= 0.9 * ours["planted college"] > 5
    assert ours["innocent college"] <= 0.01 * ours["all college"]
    assert funnel["innocent college"] > 10 * ours["innocent college"]
    assert funnel["innocent college"] > 0.1 * funnel["all college"]


def test_a_stricter_q_names_fewer():
    units = population(4, universities=4).units
    assert len(named(compare(units, q=Decimal("0.001")))) <= len(named(compare(units)))
