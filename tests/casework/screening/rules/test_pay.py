from decimal import Decimal

import pytest

from casework.screening.rules.pay import PAY_BELOW_MINIMUM
from tests.casework.screening.rules.small import frames, naive, observed, record

WAGES = [
    {"place_code": "420000", "monthly": Decimal(1950)},
    {"place_code": "420100", "monthly": Decimal(2210)},
    {"place_code": "421100", "monthly": Decimal(1800)},
    {"place_code": "110000", "monthly": Decimal(2420)},
]


def _found(rule=PAY_BELOW_MINIMUM, *, wages=WAGES, **values):
    paid = {"destination_code": "12", "pay": Decimal(1900), "employer_place_code": "420100"} | values
    return observed(rule, frames(records=[record(1, **paid)], minimum_wages=wages)).get("1")


PLACES = [
    ("420100", 2209, True),
    ("420100", 2210, False),  # exactly the minimum
    ("420111", 2209, True),  # a district of the city
    ("420500", 1949, True),  # a city without a figure of its own
    ("421100", 1900, False),  # below the province's, not below the city's
    ("110105", 2419, True),  # a municipality has its province's figure
    ("990000", 1000, False),  # a place that the table does not know
    (None, 1799, True),  # below the lowest of all
    (None, 1800, False),
]


@pytest.mark.parametrize(("place", "pay", "found"), PLACES)
def test_the_city_stands_before_its_province(place, pay, found):
    assert bool(_found(employer_place_code=place, pay=Decimal(pay))) is found


@pytest.mark.parametrize(
    ("destination", "found"),
    [("12", True), ("76", True), ("27", True), ("271", True), ("272", False), ("11", False), ("753", False)],
)
def test_only_the_destinations_whose_definition_asks_for_it_are_tested(destination, found):
    assert bool(_found(destination_code=destination)) is found


@pytest.mark.parametrize("pay", ["4.5", "25", "180", None, "9999999999"])
def test_what_is_no_plain_monthly_amount_is_not_compared(pay):
    assert _found(pay=Decimal(pay) if pay else None) is None


def test_of_two_figures_of_one_place_the_lower_counts():
    assert _found(wages=[*WAGES, {"place_code": "420100", "monthly": Decimal(1900)}]) is None


def test_the_finding_says_against_what():
    said = _found()
    assert (said["pay"], said["minimum"], said["wage_place"], said["short_by"]) == (
        "1900.00",
        "2210.00",
        "420100",
        "310.00",
    )


def test_who_looks_at_the_province_alone_accuses_the_innocent():
    province = naive(
        PAY_BELOW_MINIMUM, ("coalesce(county.monthly, city.monthly, province.monthly)", "province.monthly")
    )
    assert _found(province, employer_place_code="421100")
    assert not _found(employer_place_code="421100")
    assert not _found(province, pay=Decimal(2000))  # and misses who is paid less than the city asks
    assert _found(pay=Decimal(2000))


def test_who_takes_any_number_for_a_month_accuses_the_innocent():
    anything = naive(PAY_BELOW_MINIMUM, ("pay >= $monthly_from", "pay > 0"))
    assert _found(anything, pay=Decimal(180))
