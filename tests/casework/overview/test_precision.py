import pytest

from casework.cases.outcomes import Outcome
from casework.overview.precision import FEW, FINE, POOR, advice

# Confirmed of checked, and what is advised.
ADVICE = [(0, 0, FEW), (0, 19, FEW), (0, 20, POOR), (2, 40, POOR), (5, 40, FINE), (31, 40, FINE), (100, 1000, POOR)]


@pytest.mark.parametrize(("confirmed", "checked", "expected"), ADVICE)
def test_a_rule_is_called_poor_when_even_the_upper_end_of_its_interval_is(confirmed, checked, expected):
    assert advice(Outcome(confirmed=confirmed, unfounded=checked - confirmed, open=7)) == expected


def test_what_could_not_be_verified_speaks_neither_for_a_rule_nor_against_it():
    assert advice(Outcome(confirmed=0, unfounded=0, unverifiable=50)) == FEW
