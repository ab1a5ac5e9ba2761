import numpy as np
import pytest
from scipy.stats import beta, binom, chi2_contingency, nbinom, norm

from casework.screening.statistics import tails

SHARES = (0.001, 0.02, 0.3, 0.5, 0.97)
DRAWS = np.array([1, 2, 7, 40, 1_000, 250_000])


@pytest.mark.parametrize("p", [1e-9, 0.001, 0.025, 0.5, 0.9])
def test_the_normal_quantile_is_scipys(p):
    assert tails.normal_upper(p) == pytest.approx(norm.isf(p), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("a", "b"), [(1, 40), (3, 2.5), (0.5, 0.5), (40, 1)])
@pytest.mark.parametrize("p", [0.001, 0.025, 0.5, 0.975])
def test_the_beta_quantile_is_scipys(p, a, b):
    assert tails.beta_quantile(p, a, b) == pytest.approx(beta.ppf(p, a, b), rel=1e-9)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("k", [-1, 0, 1, 6.5, 1_000])
def test_binomial_tails_are_scipys(share, k):
    assert tails.binomial_up_to(k, DRAWS, share) == pytest.approx(binom.cdf(k, DRAWS, share), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("p", [0.001, 0.025, 0.45, 0.975, 0.999])  # at .5 a fair coin ties, to the last bit
def test_binomial_quantiles_are_scipys(share, p):
    assert (tails.binomial_quantile(p, DRAWS, share) == np.maximum(binom.ppf(p, DRAWS, share), 0)).all()


@pytest.mark.parametrize("k", [0, 1, 5, 60])
@pytest.mark.parametrize(("shape", "share"), [(0.5, 0.75), (12.5, 0.6), (200.5, 0.99)])
def test_the_negative_binomial_tail_is_scipys(k, shape, share):
    assert tails.negative_binomial_from(k, shape, share) == pytest.approx(nbinom.sf(k - 1, shape, share), rel=1e-9)


@pytest.mark.parametrize(("k", "n", "k_elsewhere", "n_elsewhere"), [(8, 10, 3, 90), (1, 2, 1, 2), (40, 60, 500, 4_000)])
def test_two_shares_are_compared_as_scipy_does(k, n, k_elsewhere, n_elsewhere):
    table = [[k, n - k], [k_elsewhere, n_elsewhere - k_elsewhere]]
    assert tails.uneven(k, n, k_elsewhere, n_elsewhere) == pytest.approx(chi2_contingency(table).pvalue, rel=1e-9)


@pytest.mark.parametrize("counts", [(0, 10, 0, 20), (10, 10, 20, 20), (1, 2, 0, 0)])
def test_shares_that_cannot_differ_are_refused(counts):
    with pytest.raises(ValueError, match="some marked and some not"):
        tails.uneven(*counts)
