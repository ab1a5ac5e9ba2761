from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
import pytest

from workflows.calendars import Calendar, CalendarUnknown, Skipped, days, read_year, shipped

YEARS = (2023, 2024, 2025, 2026)


@dataclass(frozen=True)
class MondayToFriday:
    def working_day(self, day):
        return day.weekday() < 5


def disagreements(calendar, year):
    every_day = days(date(year, 1, 1), date(year, 12, 31))
    return [day for day in every_day if calendar.working_day(day) != chinese_calendar.is_workday(day)]


def test_the_known_years_are_shipped():
    assert tuple(shipped().years) == YEARS
    assert all("国务院办公厅" in year.source for year in shipped().years.values())


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_an_independent_calendar(year):
    assert disagreements(shipped(), year) == []


@pytest.mark.parametrize("year", YEARS)
def test_monday_to_friday_would_be_seen_to_be_wrong(year):
    assert len(disagreements(MondayToFriday(), year)) > 15


def test_holidays_bear_the_names_of_the_notice():
    assert shipped().rest_name(date(2024, 6, 10)) == "端午节"
    assert shipped().rest_name(date(2024, 8, 3)) == "周末"
    assert shipped().rest_name(date(2024, 9, 14)) is None  # a Saturday that is worked


@pytest.mark.parametrize(
    ("start", "count", "end", "skipped"),
    [
        (date(2024, 7, 23), 9, date(2024, 8, 5), [("周末", 27, 28), ("周末", 3, 4)]),
        (date(2024, 6, 7), 1, date(2024, 6, 11), [("周末", 8, 9), ("端午节", 10, 10)]),
        (date(2024, 9, 13), 2, date(2024, 9, 18), [("中秋节", 15, 17)]),  # 14 September is worked
        (date(2024, 8, 5), -5, date(2024, 7, 29), [("周末", 3, 4)]),
        (date(2024, 8, 3), 0, date(2024, 8, 3), []),
    ],
)
def test_working_days_are_counted_with_the_skipped_named(start, count, end, skipped):
    day, passed = shipped().add_working_days(start, count)
    assert day == end
    assert [(one.name, one.first.day, one.last.day) for one in passed] == skipped


def test_counting_forward_and_back_agree():
    calendar = shipped()
    for offset in range(0, 1400, 7):
        start = calendar.last_working_day_on_or_before(date(2023, 1, 20) + timedelta(days=offset))
        there, _ = calendar.add_working_days(start, 6)
        assert calendar.add_working_days(there, -6)[0] == start
        assert calendar.working_days_between(start, there) == 6
        assert calendar.working_days_between(there, start) == -6


@pytest.mark.parametrize(
    ("day", "target"),
    [
        (date(2024, 8, 31), date(2024, 8, 30)),
        (date(2024, 8, 5), date(2024, 8, 5)),
        (date(2026, 8, 15), date(2026, 8, 14)),
        (date(2024, 10, 7), date(2024, 9, 30)),
    ],
)
def test_the_last_working_day_comes_on_or_before(day, target):
    assert shipped().last_working_day_on_or_before(day) == target


@pytest.mark.parametrize("day", [date(2027, 8, 16), date(2022, 8, 1)])
def test_an_unknown_year_is_refused_with_a_sentence(day):
    with pytest.raises(CalendarUnknown) as refused:
        shipped().working_day(day)
    assert refused.value.refusals[0].code == "calendar_unknown"
    assert f"{day.year}年的国务院节假日安排尚未载入" in str(refused.value)


def test_counting_across_the_last_known_year_is_refused():
    with pytest.raises(CalendarUnknown):
        shipped().add_working_days(date(2026, 12, 30), 5)


def test_the_versions_of_every_spanned_year_are_named():
    assert shipped().version(date(2024, 12, 30), date(2025, 1, 3)) == "2024.1+2025.1"


@pytest.mark.parametrize(
    "holiday",
    [
        '{"name": "元旦", "from": "2023-12-30", "to": "2024-01-01", "make_up": []}',
        '{"name": "元旦", "from": "2024-01-01", "to": "2024-01-03", "make_up": ["2024-01-02"]}',
    ],
)
def test_a_yearly_file_that_contradicts_itself_is_refused(holiday):
    with pytest.raises(ValueError, match="contradicts itself"):
        read_year(f'{{"year": 2024, "version": "x", "source": "y", "holidays": [{holiday}]}}')


def test_neighbouring_days_join_into_one_stretch():
    _, passed = Calendar(shipped().years).add_working_days(date(2024, 9, 30), 1)
    assert passed == (Skipped("国庆节", date(2024, 10, 1), date(2024, 10, 7)),)
