"""What a sample says: oracles, the promise of its interval by simulation, and the forecast for a survey."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from casework.screening.estimation import Checked, estimate, forecast

# size, wrong ones, drawn: common and rare, even and lopsided
POPULATIONS = [
    [(4600, 92, 300), (1456, 15, 62), (94, 9, 30), (12, 1, 12)],
    [(2000, 10, 100), (2000, 10, 100)],
    [(2000, 400, 100), (500, 250, 30), (60, 30, 30)],
    [(4600, 46, 100), (150, 5, 30), (150, 5, 30), (150, 60, 30), (150, 2, 30)],
    [(100, 5, 90), (200, 10, 180)],
]
TIMES = 400


def checked(population, rng):
    return [
        Checked(str(place), size, drawn, int(rng.hypergeometric(wrong, size - wrong, drawn)))
        for place, (size, wrong, drawn) in enumerate(population)
    ]


def ours(rows):
    found = estimate(rows)
    return found.low, found.high


def wald(rows):
    population = sum(each.size for each in rows)
    share = sum(each.size / population * each.wrong / each.checked for each in rows)
    variance = sum(
        (each.size / population) ** 2
        * (1 - each.checked / each.size)
        * (each.wrong / each.checked)
        * (1 - each.wrong / each.checked)
        / each.checked
        for each in rows
    )
    return share - 1.96 * sqrt(variance), share + 1.96 * sqrt(variance)


def coverage(interval, population):
    rng = np.random.default_rng(20240905)
    truth = sum(wrong for _, wrong, _ in population) / sum(size for size, _, _ in population)
    covered = 0
    for _ in range(TIMES):
        low, high = interval(checked(population, rng))
        covered += low <= truth <= high
    return covered / TIMES


@pytest.mark.parametrize("population", POPULATIONS)
def test_the_interval_holds_the_truth_as_often_as_it_says(population):
    assert coverage(ours, population) >= 0.94  # 0.95 less what 400 simulations may miss it by


def test_a_wald_interval_misses_the_truth_far_too_often():
    assert min(coverage(wald, population) for population in POPULATIONS) < 0.8


def test_one_stratum_of_an_endless_population_is_clopper_pearson():
    found = estimate([Checked("a", 10**12, 120, 4)])
    assert (found.low, found.high) == pytest.approx(proportion_confint(4, 120, method="beta"), abs=1e-6)


def test_the_share_weighs_strata_by_what_they_stand_for():
    found = estimate([Checked("a", 900, 30, 0), Checked("b", 100, 30, 15)])
    assert found.share == pytest.approx(0.05)  # 15 of 60 would be 0.25
    assert found.low < 0.05 < found.high


def test_everything_checked_leaves_no_doubt():
    found = estimate([Checked("a", 40, 40, 2), Checked("b", 10, 10, 0)])
    assert (found.share, found.low, found.high) == (0.04, 0.04, 0.04)
    assert found.still_wrong == (0.0, 0.0, 0.0)
    assert forecast(found, 20).high == 0


def test_no_error_found_is_not_none_there():
    found = estimate([Checked("a", 5200, 59, 0)])
    assert found.share == 0
    assert 0.04 < found.high < 0.07


def test_nothing_checked_says_nothing():
    assert estimate([Checked("a", 100, 0, 0)]) is None


def test_strata_of_which_nothing_is_known_are_named_as_not_covered():
    found = estimate([Checked("a", 75, 30, 3), Checked("b", 25, 0, 0)])
    assert found.covered == 0.75
    assert found.share == pytest.approx(0.1)


def test_the_forecast_is_wide_because_the_share_itself_is_not_known():
    found = estimate([Checked("a", 5200, 120, 4)])
    seen = forecast(found, 400)
    assert seen.expected == pytest.approx(400 * (1 - 120 / 5200) * 4 / 120, rel=0.01)
    assert seen.low <= 4
    assert seen.high >= 26  # a binomial with the share taken for certain ends at 20


def test_the_forecast_holds_what_a_later_survey_meets():
    rng, population, wrong, held = np.random.default_rng(7), 5200, 160, 0
    for _ in range(TIMES):
        met = int(rng.hypergeometric(wrong, population - wrong, 300))
        seen = forecast(estimate([Checked("a", population, 300, met)]), 400)
        held += seen.low <= int(rng.hypergeometric(wrong - met, population - wrong + met, 400)) <= seen.high
    assert held / TIMES >= 0.94


def test_a_survey_cannot_meet_more_records_than_there_are():
    assert forecast(estimate([Checked("a", 100, 30, 3)]), 400).records == 100


@st.composite
def strata(draw):
    size = draw(st.integers(1, 500))
    n = draw(st.integers(0, size))
    return size, n, draw(st.integers(0, n))


@given(st.lists(strata(), min_size=1, max_size=6))
def test_estimates_stay_between_what_is_known_and_do_not_depend_on_the_order(rows):
    given_ = [Checked(str(place), *row) for place, row in enumerate(rows)]
    found = estimate(given_)
    if found is None:
        return
    assert 0 <= found.low <= found.share <= found.high <= 1
    turned = estimate(given_[::-1])
    assert (turned.low, turned.high) == pytest.approx((found.low, found.high), abs=1e-9)
    seen = forecast(found, 400)
    assert 0 <= seen.low <= seen.high <= 400
