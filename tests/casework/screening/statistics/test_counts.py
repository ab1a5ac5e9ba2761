import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, poisson

from casework.screening.statistics.counts import gamma_poisson_tail, poisson_cusum


@pytest.mark.parametrize(("k", "earlier", "exposure"), [(5, [1, 0, 2], 1), (12, [3], 1), (3, [0, 0, 0], 0.5)])
def test_the_tail_is_the_poisson_tail_averaged_over_what_the_rate_may_be(k, earlier, exposure):
    posterior = gamma(0.5 + sum(earlier), scale=1 / len(earlier))
    oracle, _ = quad(lambda rate: poisson.sf(k - 1, rate * exposure) * posterior.pdf(rate), 0, 80, limit=300)
    assert gamma_poisson_tail(k, earlier=earlier, exposure=exposure) == pytest.approx(oracle, rel=1e-5, abs=1e-9)


def test_one_quiet_year_makes_less_of_a_jump_than_three():
    # The plain Poisson tail, which takes the earlier mean for the truth, is far too sure after one year.
    assert gamma_poisson_tail(8, earlier=[2]) > 10 * poisson.sf(7, 2)
    assert gamma_poisson_tail(8, earlier=[2]) > gamma_poisson_tail(8, earlier=[2, 2, 2])


def test_without_earlier_years_there_is_no_tail():
    with pytest.raises(ValueError, match="no earlier period"):
        gamma_poisson_tail(8, earlier=[])


def test_a_rise_is_dated_to_the_step_where_it_began():
    rise = poisson_cusum([4, 3, 5, 4, 4, 3, 9, 8, 9, 10, 4, 4], expected=[4] * 12)
    assert (rise.began, rise.signalled) == (6, 8)
    assert rise.height > 5


def test_a_lasting_small_rise_is_seen_although_no_single_day_is_out_of_the_ordinary():
    counts = [4] * 10 + [6] * 20
    assert max(counts) < poisson.isf(0.001, 4)
    assert poisson_cusum(counts, expected=[4] * 30).began == 10


def test_the_season_is_no_rise():
    season = [2, 2, 4, 8, 16, 30, 16, 8]
    assert poisson_cusum(season, expected=season) is None
    assert poisson_cusum(season, expected=[2] * 8) is not None


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), max_size=40))
def test_counts_at_or_below_what_is_expected_never_signal(counts):
    assert poisson_cusum(counts, expected=[4] * len(counts)) is None


def test_every_count_needs_a_positive_expectation():
    with pytest.raises(ValueError, match="positive expected"):
        poisson_cusum([1, 2], expected=[1, 0])
