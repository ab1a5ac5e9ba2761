"""How many of each stratum: what an allocation promises, and that a margin that was asked for is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import Invalid
from casework.screening import sample_sizes, sampling
from casework.screening.sample_sizes import Plan
from casework.screening.sampling import Design, Stratum

STRATA = (Stratum("10/bachelor", 4600), Stratum("10/master", 1456, 0.02), Stratum("76/*", 94, 0.2), Stratum("*/*", 12))
sizes = st.lists(st.integers(1, 5000), min_size=1, max_size=12)


def test_small_cells_join_their_family_and_then_each_other():
    cells = [("10", "bachelor")] * 40 + [("10", "doctor")] * 20 + [("10", "master")] * 15
    cells += [("46", "bachelor")] * 5 + [("51", "master")] * 29
    assert sampling.strata_of(cells) == {
        ("10", "bachelor"): "10/bachelor",
        ("10", "doctor"): "10/*",
        ("10", "master"): "10/*",
        ("46", "bachelor"): "*/*",
        ("51", "master"): "*/*",
    }


@given(sizes, st.integers(0, 6000), st.integers(0, 40), st.booleans())
def test_an_allocation_adds_up_and_keeps_minima_and_sizes(counts, n, minimum, proportional):
    strata = [Stratum(f"{i:02}", size, (i % 9 + 1) / 20) for i, size in enumerate(counts)]
    drawn = sampling.allocate(strata, n, minimum=minimum, proportional=proportional)
    assert all(min(minimum, each.size) <= drawn[each.name] <= each.size for each in strata)
    assert sum(drawn.values()) == min(sum(counts), max(n, sum(min(minimum, size) for size in counts)))
    assert drawn == sampling.allocate(strata[::-1], n, minimum=minimum, proportional=proportional)


def test_neyman_takes_more_where_more_is_expected_to_be_wrong():
    same_size = [Stratum("a", 1000, 0.5), Stratum("b", 1000, 0.1)]
    assert sampling.allocate(same_size, 160) == {"a": 100, "b": 60}  # .5 and .3 are the spreads
    assert sampling.allocate(same_size, 160, proportional=True) == {"a": 80, "b": 80}


@given(sizes, st.sampled_from([0.02, 0.03, 0.05, 0.1]))
def test_a_margin_that_was_asked_for_is_kept_with_the_minima_in_it(counts, margin):
    strata = [Stratum(f"{i:02}", size, (i % 9 + 1) / 20) for i, size in enumerate(counts)]
    allotted = sampling.allot(Design("margin", margin=margin), strata)
    assert allotted.margin <= margin + 1e-12
    assert allotted.expected_margin <= allotted.margin + 1e-12


def test_minima_inside_a_fixed_total_break_the_margin_that_the_formula_promised():
    """Why a margin is searched for: the published size, spread with minima, knows less than it says."""
    strata = [Stratum("00", 5000), *(Stratum(f"{i:02}", 40) for i in range(1, 11))]
    naive = sampling.allocate(strata, sample_sizes.size_for(0.05, population=5400))
    assert sampling.margin_of(strata, naive, share=0.5) > 0.05
    assert sampling.allot(Design("margin", margin=0.05), strata).margin <= 0.05


def test_a_plan_draws_its_number_in_proportion():
    allotted = sampling.allot(Design("plan", declared=0.01, rate=0.05), STRATA)
    assert allotted.plan == Plan(132, 3)
    assert allotted.total == 132
    assert dict(allotted.drawn) == {"10/bachelor": 99, "10/master": 31, "76/*": 2, "*/*": 0}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "guess"},
        {"kind": "margin", "margin": 0},
        {"kind": "margin", "margin": 0.5},
        {"kind": "size", "size": 0},
        {"kind": "discovery", "rate": -0.01},
        {"kind": "plan", "declared": 0.05, "rate": 0.05},
        {"kind": "margin", "minimum": -1},
        {"kind": "margin", "confidence": 1},
    ],
)
def test_a_design_that_means_nothing_is_refused(wrong):
    with pytest.raises(Invalid):
        Design(**wrong)


def test_of_nobody_nothing_is_drawn():
    with pytest.raises(Invalid, match="没有可供抽样的登记"):
        sampling.allot(Design("margin"), [])
