"""How many records to check: the published figures, and that nothing smaller would do."""

import pytest
from scipy.stats import binom, hypergeom
from statsmodels.stats.proportion import samplesize_confint_proportion

from casework.errors import Invalid
from casework.screening import sample_sizes
from casework.screening.sample_sizes import Plan


@pytest.mark.parametrize(
    ("margin", "population", "expected"),
    [(0.05, None, 385), (0.05, 5200, 358), (0.03, None, 1068), (0.02, None, 2401), (0.05, 1, 1), (0.05, 0, 0)],
)
def test_the_size_for_a_margin_is_the_published_one(margin, population, expected):
    assert sample_sizes.size_for(margin, population=population) == expected


@pytest.mark.parametrize("margin", [0.01, 0.02, 0.05, 0.1])
def test_the_size_for_a_margin_is_that_of_statsmodels(margin):
    assert sample_sizes.size_for(margin) == pytest.approx(samplesize_confint_proportion(0.5, margin), abs=1)


@pytest.mark.parametrize(("rate", "expected"), [(0.01, 299), (0.02, 149), (0.05, 59)])
def test_discovery_sizes_are_the_published_ones(rate, expected):
    assert sample_sizes.size_to_discover(rate) == expected


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.05, 0.07])
@pytest.mark.parametrize("population", [1, 20, 100, 5200])
def test_of_a_finite_population_discovery_takes_the_smallest_size_that_finds_one(rate, population):
    n = sample_sizes.size_to_discover(rate, population=population)
    wrong = next(k for k in range(1, population + 1) if k >= population * rate - 1e-9)
    assert hypergeom.pmf(0, population, wrong, n) <= 0.05 * (1 + 1e-9)
    assert hypergeom.pmf(0, population, wrong, n - 1) > 0.05 * (1 + 1e-9)


@pytest.mark.parametrize(
    ("declared", "unacceptable", "expected"), [(0.01, 0.05, Plan(132, 3)), (0.02, 0.08, Plan(98, 4))]
)
def test_the_plans_for_a_declared_rate_are_the_published_ones_and_no_smaller_one_keeps_both_risks(
    declared, unacceptable, expected
):
    assert sample_sizes.acceptance(declared, unacceptable) == expected
    for n in range(1, expected.n):
        limits = range(n + 1)
        good = [c for c in limits if binom.cdf(c, n, declared) >= 0.95 and binom.cdf(c, n, unacceptable) <= 0.1]
        assert good == []


def test_shares_that_no_sample_can_tell_apart_are_refused():
    with pytest.raises(Invalid, match="太接近"):
        sample_sizes.acceptance(0.049, 0.05)
