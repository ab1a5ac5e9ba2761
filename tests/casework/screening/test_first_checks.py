from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from casework.screening.first_checks import MOST_CHECKED, at_least, chosen


@pytest.mark.parametrize(
    ("population", "n"), [(0, 0), (1, 1), (2, 2), (5, 5), (10, 8), (42, 11), (600, 14), (12000, 14)]
)
def test_how_many_are_checked_first(population, n):
    assert at_least(population) == n


@given(st.integers(1, 400))
def test_one_wrong_would_be_seen_if_a_fifth_were_wrong_and_with_one_fewer_perhaps_not(population):
    n, wrong = at_least(population), -(-population // 5)
    assert hypergeom.pmf(0, population, wrong, n) <= 0.05
    assert n == 1 or hypergeom.pmf(0, population, wrong, n - 1) > 0.05
    assert comb(population, n) >= 1


def test_never_more_than_so_many_are_checked_first():
    assert max(at_least(population) for population in range(2_000)) == MOST_CHECKED == at_least(10**6)


def test_the_choice_follows_from_the_number_of_the_case_and_from_nothing_else():
    people = [f"2020{n:04}" for n in range(42)]
    first = chosen("LC24-0417", people)
    assert len(first) == 11
    assert chosen("LC24-0417", reversed(people)) == first
    assert chosen("LC24-0418", people) != first


def test_who_was_chosen_mostly_stays_when_somebody_joins():
    people = [f"2020{n:04}" for n in range(42)]
    assert len(chosen("LC24-0417", people) & chosen("LC24-0417", [*people, "20209999"])) >= 10
