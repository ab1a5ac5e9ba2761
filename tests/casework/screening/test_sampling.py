"""How many, and which: the published sizes, what an allocation promises, and draws that anybody can repeat."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom
from statsmodels.stats.proportion import samplesize_confint_proportion

from casework.errors import Invalid
from casework.screening import sampling
from casework.screening.sampling import Design, Plan, Stratum

STRATA = (Stratum("10/bachelor", 4600), Stratum("10/master", 1456, 0.02), Stratum("76/*", 94, 0.2), Stratum("*/*", 12))
names = st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=20)
sizes = st.lists(st.integers(1, 5000), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("margin", "population", "expected"),
    [(0.05, None, 385), (0.05, 5200, 358), (0.03, None, 1068), (0.02, None, 2401), (0.05, 1, 1), (0.05, 0, 0)],
)
def test_the_size_for_a_margin_is_the_published_one(margin, population, expected):
    assert sampling.size_for(margin, population=population) == expected


@pytest.mark.parametrize("margin", [0.01, 0.02, 0.05, 0.1])
def test_the_size_for_a_margin_is_that_of_statsmodels(margin):
    assert sampling.size_for(margin) == pytest.approx(samplesize_confint_proportion(0.5, margin), abs=1)


@pytest.mark.parametrize(("rate", "expected"), [(0.01, 299), (0.02, 149), (0.05, 59)])
def test_discovery_sizes_are_the_published_ones(rate, expected):
    assert sampling.size_to_discover(rate) == expected


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.05, 0.07])
@pytest.mark.parametrize("population", [1, 20, 100, 5200])
def test_of_a_finite_population_discovery_takes_the_smallest_size_that_finds_one(rate, population):
    n = sampling.size_to_discover(rate, population=population)
    wrong = next(k for k in range(1, population + 1) if k >= population * rate - 1e-9)
    assert hypergeom.pmf(0, population, wrong, n) <= 0.05 * (1 + 1e-9)
    assert hypergeom.pmf(0, population, wrong, n - 1) > 0.05 * (1 + 1e-9)


@pytest.mark.parametrize(
    ("declared", "unacceptable", "expected"), [(0.01, 0.05, Plan(132, 3)), (0.02, 0.08, Plan(98, 4))]
)
def test_the_plans_for_a_declared_rate_are_the_published_ones_and_no_smaller_one_keeps_both_risks(
    declared, unacceptable, expected
):
    assert sampling.acceptance(declared, unacceptable) == expected
    for n in range(1, expected.n):
        limits = range(n + 1)
        good = [c for c in limits if binom.cdf(c, n, declared) >= 0.95 and binom.cdf(c, n, unacceptable) <= 0.1]
        assert good == []


def test_shares_that_no_sample_can_tell_apart_are_refused():
    with pytest.raises(Invalid, match="太接近"):
        sampling.acceptance(0.049, 0.05)


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
    naive = sampling.allocate(strata, sampling.size_for(0.05, population=5400))
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


@given(st.lists(st.tuples(names, st.sampled_from("ab")), unique_by=lambda row: row[0], max_size=60), st.randoms())
def test_shuffled_rows_give_the_same_draw(members, order):
    drawn = {"a": 5, "b": 7}
    shuffled = list(members)
    order.shuffle(shuffled)
    first = sampling.draw(members, drawn, seed="5eed")
    assert first == sampling.draw(shuffled, drawn, seed="5eed")
    assert sampling.hash_of(each for each, _ in members) == sampling.hash_of(each for each, _ in shuffled)


def test_a_generator_over_the_rows_as_they_come_draws_others_when_they_are_shuffled():
    members = [f"2020{number:04}" for number in range(200)]
    shuffled = members[100:] + members[:100]
    naive = [set(random.Random("5eed").sample(rows, 20)) for rows in (members, shuffled)]  # noqa: S311 - the naive way
    assert naive[0] != naive[1]


def test_the_draw_of_a_seed_is_a_promise_for_years():
    members = [(f"2020{number:04}", "a") for number in range(100)]
    assert sorted(sampling.draw(members, {"a": 4}, seed="c0ffee")) == ["20200005", "20200034", "20200064", "20200077"]
    assert sampling.hash_of(each for each, _ in members).startswith("032e0c07aacb")


def test_a_larger_draw_of_the_same_seed_keeps_the_smaller_one():
    members = [(f"2020{number:04}", "a") for number in range(100)]
    small, large = (set(sampling.draw(members, {"a": n}, seed="c0ffee")) for n in (10, 30))
    assert small < large


def test_every_record_is_drawn_equally_often():
    members = [(f"2020{number:04}", "a") for number in range(40)]
    times = dict.fromkeys((each for each, _ in members), 0)
    for seed in range(2000):
        for student_no in sampling.draw(members, {"a": 10}, seed=str(seed)):
            times[student_no] += 1
    expected = 500
    chi_square = sum((n - expected) ** 2 / (expected * 0.75) for n in times.values()) * 39 / 40
    assert chi_square < 72.1  # the 99.9 % point of 39 degrees of freedom
