import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from casework.screening.statistics.many import benjamini_hochberg

TAILS = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@settings(deadline=None)
@given(TAILS)
def test_q_values_are_those_of_scipy_and_statsmodels(p):
    q = benjamini_hochberg(p)
    assert q == pytest.approx(false_discovery_control(p), abs=1e-12)
    assert q == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)


@settings(deadline=None)
@given(TAILS, st.randoms(use_true_random=False))
def test_the_order_of_the_tests_does_not_matter(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    assert benjamini_hochberg([p[i] for i in order]) == pytest.approx(benjamini_hochberg(p)[order], abs=1e-15)


def test_a_thousand_tests_of_nothing_find_nothing_where_five_per_cent_of_each_finds_fifty():
    p = np.arange(1, 1001) / 1001
    assert (p <= 0.05).sum() == 50
    assert (benjamini_hochberg(p) <= 0.05).sum() == 0


def test_no_test_has_no_q():
    assert benjamini_hochberg([]).size == 0


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([0.1, 1.2])
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([float("nan")])
