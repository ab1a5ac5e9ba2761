from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from casework.screening.statistics.intervals import clopper_pearson, logit, wilson

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(COUNTS, st.sampled_from([0.9, 0.95, 0.998]))
def test_wilson_and_exact_intervals_agree_with_scipy_and_statsmodels(counts, confidence):
    k, n = counts
    assert wilson(k, n, confidence=confidence) == pytest.approx(
        proportion_confint(k, n, alpha=1 - confidence, method="wilson"), abs=1e-9
    )
    exact = binomtest(k, n).proportion_ci(confidence, method="exact")
    assert clopper_pearson(k, n, confidence=confidence) == pytest.approx((exact.low, exact.high), abs=1e-9)


@settings(deadline=None)
@given(COUNTS)
def test_what_is_marked_and_what_is_not_mirror_each_other(counts):
    k, n = counts
    for interval in (wilson, clopper_pearson):
        one, other = interval(k, n), interval(n - k, n)
        assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-9)
        assert 0 <= one.low <= k / n <= one.high <= 1


def test_no_fault_found_leaves_room_for_faults_where_wald_claims_certainty():
    # The rule of three: none in 300 still allows about 1 %. Wald's interval is [0, 0].
    assert clopper_pearson(0, 300).high == pytest.approx(1 - 0.025 ** (1 / 300))
    wald = 1.96 * sqrt(0 * 1 / 300)
    assert wald == 0 < wilson(0, 300).high < 0.02


def test_an_effective_number_need_not_be_whole():
    low, high = clopper_pearson(3.2, 81.6)
    assert clopper_pearson(3, 82).low < low < 3.2 / 81.6 < high < clopper_pearson(4, 81).high


def test_the_logit_interval_stays_between_nothing_and_all_and_nears_wald_in_the_middle():
    low, high = logit(0.01, standard_error=0.009)
    assert 0 < low < 0.01 < high
    assert 0.01 - 1.96 * 0.009 < 0 < low
    assert logit(0.5, standard_error=0.005) == pytest.approx((0.4902, 0.5098), abs=1e-4)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (0, 0), (1, float("nan"))])
def test_impossible_counts_are_refused(k, n):
    for interval in (wilson, clopper_pearson):
        with pytest.raises(ValueError, match="cannot be"):
            interval(k, n)


@pytest.mark.parametrize("share", [0, 1, -0.1])
def test_a_share_without_a_logit_is_refused(share):
    with pytest.raises(ValueError, match="no logit"):
        logit(share, standard_error=0.1)
