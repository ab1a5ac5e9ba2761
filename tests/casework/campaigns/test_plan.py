"""The usual plan, and which of its waves cannot tell everybody again."""

from datetime import timedelta

from casework import clock
from casework.campaigns.audience import QUIET
from casework.campaigns.plan import close_to_the_last, default_starts
from tests.casework.campaigns.august import beijing
from workflows.calendars import shipped


def test_the_usual_plan_keeps_its_dates_and_says_which_of_them_stand_close():
    starts = default_starts(2024, calendar=shipped())
    days = [start.astimezone(clock.BEIJING).day for start in starts]
    close = {start.astimezone(clock.BEIJING).day for start in close_to_the_last(starts)}
    assert (days, close) == ([1, 2, 8, 15, 22, 26, 29, 31], {2, 31})


def test_a_wave_is_close_until_the_letters_of_the_one_before_are_three_days_old():
    rows = ((timedelta(hours=1), True), (QUIET, True), (QUIET + timedelta(hours=2), False), (timedelta(days=7), False))
    for gap, close in rows:
        assert bool(close_to_the_last([beijing(8) + gap, beijing(8)])) is close, gap
    assert close_to_the_last([beijing(8)]) == {}
