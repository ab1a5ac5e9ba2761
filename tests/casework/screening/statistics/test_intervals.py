"""Intervals against statsmodels, and what they promise at the ends."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from casework.screening.statistics.intervals import clopper_pearson, logit, wilson

COUNTED = [(0, 30), (1, 30), (4, 120), (15, 30), (29, 30), (30, 30), (7, 12000)]


@pytest.mark.parametrize(("wrong", "n"), COUNTED)
@pytest.mark.parametrize(("ours", "theirs"), [(clopper_pearson, "beta"), (wilson, "wilson")])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_intervals_are_those_of_statsmodels(ours, theirs, wrong, n, confidence):
    expected = proportion_confint(wrong, n, alpha=1 - confidence, method=theirs)
    assert ours(wrong, n, confidence=confidence) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("interval", [clopper_pearson, wilson])
def test_nothing_counted_says_nothing(interval):
    assert interval(0, 0) == (0.0, 1.0)


def test_the_logit_interval_stays_inside_where_wald_leaves_the_scale():
    share, error = 0.02, 0.014
    low, high = logit(share, error)
    assert 0 < low < share < high < 1
    assert share - 1.96 * error < 0
    assert logit(1 - share, error) == pytest.approx((1 - high, 1 - low))
