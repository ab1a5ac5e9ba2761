"""The lines of a funnel narrow with the size of the unit, and the group's own scatter only ever widens them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from casework.overview.funnel_limits import limits, widened
from casework.screening.standing import Peer
from casework.screening.statistics.beta_binomial import Fit
from casework.screening.statistics.limits import exact_limits


def group(*, mean=0.05, rho=1e-6):
    fit = Fit.of(mean=mean, rho=rho)
    return Peer(
        level="college", name="工学·本科", units=9, persons=900, centre=mean, phi=1.0, tau2=0.0,
        alpha=fit.alpha, beta=fit.beta, tests=9,
    )  # fmt: skip


def test_without_scatter_the_range_is_that_of_chance():
    found = limits(group(), smallest=50, largest=900)
    assert not widened(found)
    for each in found:
        low, high = exact_limits([each.n], centre=0.05, confidence=0.95)
        assert (each.low95, each.high95) == (low[0], high[0])
        assert each.wide_high == pytest.approx(each.high95, rel=0.02)


def test_scatter_widens_the_range_and_leaves_the_limits():
    plain, scattered = (limits(group(rho=rho), smallest=50, largest=900) for rho in (1e-6, 0.02))
    assert widened(scattered)
    assert [replace(each, wide_low=0, wide_high=0) for each in plain] == [
        replace(each, wide_low=0, wide_high=0) for each in scattered
    ]


@given(st.floats(0.005, 0.6), st.floats(1e-5, 0.2), st.integers(10, 300), st.integers(0, 2000))
def test_limits_enclose_the_centre_and_each_other(mean, rho, smallest, more):
    for each in limits(group(mean=mean, rho=rho), smallest=smallest, largest=smallest + more):
        assert 0 <= each.low998 <= each.low95 <= mean <= each.high95 <= each.high998 <= 1 or each.n * mean < 5
        assert each.wide_low <= each.low95
        assert each.wide_high >= each.high95


def test_the_range_is_that_of_the_fitted_distribution():
    fitted = group(mean=0.1, rho=0.01)
    last = limits(fitted, smallest=100, largest=400)[-1]
    whole = betabinom.ppf([0.025, 0.975], last.n, fitted.alpha, fitted.beta)
    assert np.abs(np.array([last.wide_low, last.wide_high]) * last.n - whole).max() <= 1
