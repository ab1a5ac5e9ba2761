import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import betabinom, binom

from casework.screening.statistics.beta_binomial import Fit, fit, upper_tail, winsorise

UNITS = st.lists(
    st.integers(10, 400).flatmap(lambda n: st.tuples(st.integers(0, n // 4), st.just(n))), min_size=3, max_size=40
)


def _scattered(seed, units, *, mean, rho):
    random = np.random.default_rng(seed)
    n = random.integers(20, 600, units)
    whole = 1 / rho - 1
    return random.binomial(n, random.beta(mean * whole, (1 - mean) * whole, units)), n


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("mean", "rho"), [(0.03, 0.002), (0.03, 0.02), (0.15, 0.05), (0.5, 0.01)])
def test_the_fit_is_the_summit_that_a_general_optimiser_finds(seed, mean, rho):
    k, n = _scattered(seed, 40, mean=mean, rho=rho)
    fitted = fit(k, n, trim=0)
    oracle = minimize(
        lambda x: -betabinom.logpmf(k, n, np.exp(x[0]), np.exp(x[1])).sum(),
        np.log([fitted.alpha * 1.3, fitted.beta * 0.8]),
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000},
    )
    # At the least scatter that is allowed, logarithms of numbers near a million lose the third decimal.
    assert -betabinom.logpmf(k, n, fitted.alpha, fitted.beta).sum() <= oracle.fun + 2e-3


def test_what_was_put_in_is_found_again():
    fitted = fit(*_scattered(7, 3000, mean=0.05, rho=0.02), trim=0)
    assert (fitted.mean, fitted.rho) == pytest.approx((0.05, 0.02), rel=0.08)


@given(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.01, 0.99),
    st.floats(1e-3, 0.4),
)
@settings(deadline=None)
def test_the_tail_is_that_of_scipy(counts, mean, rho):
    k, n = counts
    fitted = Fit.of(mean=mean, rho=rho)
    assert upper_tail(k, n, fitted) == pytest.approx(
        betabinom.sf(k - 1, n, fitted.alpha, fitted.beta), rel=1e-6, abs=1e-11
    )


def test_without_scatter_the_tail_is_the_binomial_one():
    fitted = Fit.of(mean=0.04, rho=1e-6)
    assert upper_tail(30, 400, fitted) == pytest.approx(binom.sf(29, 400, 0.04), rel=0.01)


@given(UNITS, st.randoms())
@settings(deadline=None)
def test_the_order_of_units_does_not_matter(units, random):
    one, other = (fit(*zip(*some, strict=True)) for some in (units, random.sample(units, len(units))))
    assert (one.mean, one.rho) == pytest.approx((other.mean, other.rho), rel=1e-3, abs=1e-5)


@given(UNITS)
@settings(deadline=None)
def test_winsorising_moves_only_the_ends_and_never_out_of_the_unit(units):
    k, n = (np.array(part, dtype=float) for part in zip(*units, strict=True))
    pulled = winsorise(k, n)
    assert ((pulled >= 0) & (pulled <= n)).all()
    assert (pulled != k).sum() <= 2 * np.ceil(0.1 * len(k)) + 1


def test_three_inflated_units_do_not_hide_themselves():
    k, n = _scattered(3, 30, mean=0.03, rho=0.002)
    k, n = np.append(k, [40, 45, 50]), np.append(n, [300, 300, 300])
    naive = fit(k, n, trim=0)
    assert upper_tail(40, 300, fit(k, n)) < 1e-4 < upper_tail(40, 300, naive)


@pytest.mark.parametrize(("k", "n"), [([0, 0, 0], [20, 30, 40]), ([20, 30], [20, 30]), ([3], [40]), ([0], [1])])
def test_nobody_everybody_and_a_single_unit_have_a_fit(k, n):
    fitted = fit(k, n)
    assert 0 < fitted.mean < 1
    assert 0 <= upper_tail(n[0], n[0], fitted) <= 1 == upper_tail(0, n[0], fitted)


@pytest.mark.parametrize(("k", "n"), [([], []), ([1, 2], [3]), ([4], [3]), ([-1], [3]), ([0], [0])])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(ValueError, match="unit"):
        fit(k, n)
    with pytest.raises(ValueError, match="cannot be"):
        upper_tail(5, 4, Fit(1, 1))
