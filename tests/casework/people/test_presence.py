from datetime import date, timedelta

import pytest

from casework.people.models import Appointment, Person
from casework.people.presence import present, stand_in_of

TODAY = date(2024, 7, 30)


def someone(*organisations, away_until=None, active=True, until=None):
    person = Person(login="x", name="x", active=active, absent_until=away_until)
    person.appointments = [
        Appointment(organisation_id=each, role="investigator", since=date(2020, 1, 1), until=until)
        for each in organisations
    ]
    return person


@pytest.mark.parametrize(
    ("person", "there"),
    [
        (someone(1), True),
        (someone(1, active=False), False),
        (someone(1, away_until=TODAY), False),
        (someone(1, away_until=TODAY - timedelta(days=1)), True),
    ],
    ids=["here", "closed account", "last day of leave", "back since today"],
)
def test_the_last_day_of_leave_counts_as_leave(person, there):
    assert present(person, TODAY) is there


@pytest.mark.parametrize(
    ("away_until", "active", "other", "hears"),
    [
        (TODAY, True, someone(1, 2), True),
        (TODAY, True, None, False),
        (TODAY - timedelta(days=1), True, someone(1), False),
        (TODAY, False, someone(1), False),
        (TODAY, True, someone(1, active=False), False),
        (TODAY, True, someone(1, away_until=TODAY), False),
        (TODAY, True, someone(1, away_until=TODAY - timedelta(days=1)), True),
        (TODAY, True, someone(2), False),
        (TODAY, True, someone(1, until=TODAY - timedelta(days=1)), False),
    ],
    ids=[
        "named",
        "nobody named",
        "leave is over",
        "account closed",
        "stand-in's account closed",
        "stand-in away",
        "stand-in back",
        "stand-in of another office",
        "stand-in moved on",
    ],
)
def test_a_stand_in_hears_while_both_of_them_are_what_they_were_when_named(away_until, active, other, hears):
    person = someone(1, away_until=away_until, active=active)
    person.stand_in = other
    assert stand_in_of(person, TODAY) is (other if hears else None)


def test_a_stand_in_who_is_away_passes_nothing_on():
    third = someone(1)
    second = someone(1, away_until=TODAY)
    second.stand_in = third
    first = someone(1, away_until=TODAY)
    first.stand_in = second
    assert stand_in_of(first, TODAY) is None
