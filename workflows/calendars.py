"""Which days are worked, by the State Council's yearly notice.

A working day in China is not Monday to Friday: every autumn the General Office
of the State Council names next year's holidays and the weekend days that are
worked instead (调休). Those notices are kept as one versioned file a year in
`data/`. For a year whose notice is not there nothing is computed: a deadline
that rests on a guess would be shown to people as if it were law.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType

from workflows.errors import N_, Refusal, Refused

WEEKEND = N_("周末")
HOLIDAY_NAMES = (
    N_("元旦"),
    N_("春节"),
    N_("清明节"),
    N_("劳动节"),
    N_("端午节"),
    N_("中秋节"),
    N_("国庆节"),
    N_("国庆节、中秋节"),
    N_("中秋节、国庆节"),
)
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class CalendarUnknown(Refused):
    """A working-day question was asked about a year whose notice is not known."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            Refusal(
                "calendar_unknown",
                N_("%(year)s年的国务院节假日安排尚未载入，无法计算工作日期限。请管理员在安排公布后载入该年日历。"),
                {"year": year},
            )
        )


@dataclass(frozen=True)
class Skipped:
    """Days that were passed over in counting: from `first` to `last`, for one named cause."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Year:
    """One year's notice: rest days and make-up working days, each with the holiday's name."""

    year: int
    version: str
    source: str
    rest: Mapping[date, str]
    make_up: Mapping[date, str]


@dataclass(frozen=True)
class Calendar:
    """The known years; every question about another year raises `CalendarUnknown`."""

    years: Mapping[int, Year]

    def rest_name(self, day: date) -> str | None:
        """Return why nobody works on `day` (holiday's name or 周末), or None for a working day."""
        year = self.years.get(day.year)
        if year is None:
            raise CalendarUnknown(day.year)
        if day in year.make_up:
            return None
        if day in year.rest:
            return year.rest[day]
        return WEEKEND if day.weekday() >= _SATURDAY else None

    def working_day(self, day: date) -> bool:
        """Say whether `day` is worked, make-up days included."""
        return self.rest_name(day) is None

    def add_working_days(self, start: date, count: int) -> tuple[date, tuple[Skipped, ...]]:
        """Return the `count`-th working day after `start`, and the days passed over, by name.

        `start` itself is never counted. A negative count goes back. Zero returns
        `start`, worked or not.
        """
        step = _ONE_DAY if count >= 0 else -_ONE_DAY
        day, left, passed = start, abs(count), []
        while left:
            day += step
            name = self.rest_name(day)
            if name is None:
                left -= 1
            else:
                passed.append((day, name))
        return day, runs(passed)

    def last_working_day_on_or_before(self, day: date) -> date:
        """Return `day` if it is worked, else the nearest working day before it."""
        while not self.working_day(day):
            day -= _ONE_DAY
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; negative if `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.working_day(day) for day in days(start + _ONE_DAY, end))

    def with_year(self, year: Year) -> "Calendar":
        """Return this calendar with one year put in, or put in place of the one that was known."""
        return Calendar(MappingProxyType(dict(sorted({**self.years, year.year: year}.items()))))

    def version(self, first: date, last: date) -> str:
        """Name the versions of the yearly files that a count from `first` to `last` rests on."""
        spanned = range(min(first, last).year, max(first, last).year + 1)
        return "+".join(self.years[year].version for year in spanned if year in self.years)


def days(first: date, last: date) -> Iterator[date]:
    """Yield every day from `first` to `last`, both included."""
    while first <= last:
        yield first
        first += _ONE_DAY


def runs(passed: Iterable[tuple[date, str]]) -> tuple[Skipped, ...]:
    """Join neighbouring days with the same name into stretches, earliest first."""
    found: list[Skipped] = []
    for day, name in sorted(passed):
        if found and found[-1].name == name and found[-1].last + _ONE_DAY == day:
            found[-1] = Skipped(name, found[-1].first, day)
        else:
            found.append(Skipped(name, day, day))
    return tuple(found)


def read_year(text: str) -> Year:
    """Read one yearly file; raise ValueError if a date in it lies outside its year."""
    notice = json.loads(text)
    rest: dict[date, str] = {}
    make_up: dict[date, str] = {}
    for holiday in notice["holidays"]:
        first, last = date.fromisoformat(holiday["from"]), date.fromisoformat(holiday["to"])
        rest.update(dict.fromkeys(days(first, last), holiday["name"]))
        make_up.update({date.fromisoformat(day): holiday["name"] for day in holiday["make_up"]})
    strangers = sorted(day for day in (*rest, *make_up) if day.year != notice["year"])
    if strangers or rest.keys() & make_up.keys():
        raise ValueError(
            f"The calendar of {notice['year']} contradicts itself: {strangers or 'rest and work at once'}."
        )
    return Year(
        year=notice["year"],
        version=notice["version"],
        source=notice["source"],
        rest=MappingProxyType(rest),
        make_up=MappingProxyType(make_up),
    )


@cache
def shipped() -> Calendar:
    """Return the calendar of all years that come with this package; read once, at the first call."""
    files = (entry for entry in resources.files("workflows").joinpath("data").iterdir() if entry.name.endswith(".json"))
    known = sorted((read_year(entry.read_text("utf-8")) for entry in files), key=lambda year: year.year)
    return Calendar(MappingProxyType({year.year: year for year in known}))
