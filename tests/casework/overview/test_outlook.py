from datetime import date, timedelta

import pytest

from casework.overview.outlook import outlook
from workflows import calendars

TODAY, DATE = date(2024, 7, 31), date(2024, 8, 5)  # a Wednesday; four working days, today and Monday included
CALENDAR = calendars.shipped()


def days(*rows, until=TODAY):
    """Return (day, closed, new) for the days that end with today."""
    first = until - timedelta(days=len(rows) - 1)
    return [(first + timedelta(days=at), *row) for at, row in enumerate(rows)]


def look(rows, *, open_now=40, today=TODAY, on=DATE):
    return outlook(days(*rows, until=today), open_now=open_now, today=today, on=on, calendar=CALENDAR)


WORKWEEK = [(0, 900), (10, 0), (12, 0), (8, 0), (10, 0), (10, 0), (0, 0), (0, 0), (12, 0), (10, 0), (3, 0)]
"""From Sunday 21 July, when the cases were opened, to Wednesday 31 July, which is not over."""


def test_the_day_on_which_the_cases_were_opened_is_no_day_of_a_pace():
    found = look(WORKWEEK)
    assert (found.pace.median, found.pace.low, found.pace.high) == (10, 10, 11)
    assert (found.days, found.days_left, found.new_a_day, found.expected) == (7, 4, 0, 40)
    assert (found.best, found.left, found.worst) == (0, 0, 0)


def test_a_band_that_took_opening_as_negative_closing_would_never_come_down():
    """What the page showed before: net closings with the opening day among them."""
    nets = [closed - new for closed, new in WORKWEEK[:7]]
    assert min(nets) == -900
    assert look(WORKWEEK[:7], today=date(2024, 7, 27)).worst < 40


def test_what_is_closed_on_a_day_of_rest_counts_with_the_working_day_before_it():
    saturday = [(0, 90), (10, 0), (10, 0), (10, 0), (10, 0), (10, 0), (30, 0), (0, 0), (10, 0), (10, 0), (0, 0)]
    assert look(saturday).pace.high == 10
    assert look([*saturday[:5], (10, 0), (0, 0), (30, 0), *saturday[8:]]).days == 7


def test_what_comes_every_day_is_counted_in_and_what_came_once_is_not():
    steady = [(0, 90), *[(10, 2)] * 9, (0, 0)]
    once = [(0, 90), *[(10, 0)] * 4, (10, 500), *[(10, 0)] * 4, (0, 0)]
    assert (look(steady).new_a_day, look(steady).expected) == (2, 48)
    assert (look(once).new_a_day, look(once).expected) == (0, 40)


@pytest.mark.parametrize(("open_now", "verdict"), [(0, "done"), (30, "on_track"), (40, "on_track"), (41, "behind")])
def test_the_verdict_is_that_of_the_rule(open_now, verdict):
    assert look(WORKWEEK, open_now=open_now).pace.verdict == verdict


def test_two_days_say_nothing():
    found = look([(0, 90), (50, 0), (50, 0), (0, 0)])
    assert (found.known, found.days, found.pace.needed) == (False, 2, 10)


def test_a_date_that_has_passed_and_a_year_without_a_calendar_have_no_outlook():
    assert look(WORKWEEK, on=date(2024, 7, 30)) is None
    assert look(WORKWEEK, on=date(2031, 8, 5)) is None
