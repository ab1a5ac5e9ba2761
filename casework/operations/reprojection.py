"""What a change of dates, limits, ladder or calendar comes to, in numbers and lines that a person can judge.

The same sum is drawn up before a change is made and while it is written. It
takes in one projected case, report or lead after the other, so a province does not
have to fit into memory. A lead about a body is left out of it: whoever reads the sum
may belong to that body, and a number would say that there is something to look for.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.hearers import Hearers
from casework.deadlines.models import Timer
from casework.deadlines.project import Projected
from casework.leads.models import Lead
from casework.notices.gathering import gathers
from casework.notices.post import Notice
from casework.notices.ways import INBOX, manners, out_to
from casework.operations.voices import voices
from casework.people.models import Person
from casework.reports.models import Report
from casework.reports.queries import number_of
from notifications.kinds import ESCALATION
from workflows.beijing import day_in_beijing, end_of
from workflows.calendars import CalendarUnknown
from workflows.escalation import beyond_calendar, next_allowed

DIGEST = "digest"
LADDER_REACHES = timedelta(days=75)
"""A ladder of thirty working days ends before this; only then may it leave the known years."""


@dataclass(frozen=True, order=True)
class Moved:
    """A case, report or lead whose deadline is another one: from which day to which, and at whom."""

    number: str
    kind: str  # case, report or lead
    organisation: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class Shift:
    """How many cases, reports and leads of one organisation move from one day to another."""

    organisation: str
    before: date | None
    after: date | None
    cases: int
    reports: int
    leads: int = 0


@dataclass(frozen=True)
class Saying:
    """What one rung would say at once because of the change: to how many people in which role, about how many."""

    rung: str
    kind: str
    role: str
    people: int
    subjects: int


@dataclass(frozen=True)
class Passed:
    """A date of the notice, a province or a university: how much is bound by it, is late by it, came after it."""

    on: date
    clause: str
    bound: int
    late: int
    came_after: int


@dataclass(frozen=True)
class RungChange:
    """For how many cases and reports a rung speaks now and did not, speaks at another time, or no longer speaks."""

    rung: str
    armed: int
    shifted: int
    disarmed: int


@dataclass(frozen=True)
class Undated:
    """What cannot be dated before the calendar of a year is known: whole deadlines, limits, rungs of the ladder."""

    year: int
    deadlines: int
    limits: int
    rungs: int


@dataclass(frozen=True)
class Reprojection:
    """The whole of it; `looked` counts the open cases, reports and leads, `moved` is in the order of the numbers.

    `say_at` is when the next words may leave, `letters` how many leave the house
    after gathering: one a person and channel, what climbs as that day's digest.
    """

    looked: int
    moved: tuple[Moved, ...]
    shifts: tuple[Shift, ...]
    newly_overdue: int
    no_longer_overdue: int
    sayings: tuple[Saying, ...]
    say_at: datetime | None
    letters: int
    rungs: tuple[RungChange, ...]
    passed: tuple[Passed, ...]
    undated: tuple[Undated, ...]


@dataclass
class Sum:
    """Takes in what was projected, and says in the end what it came to."""

    hearers: Hearers = field(default_factory=Hearers)
    now: datetime = field(default_factory=clock.now)
    looked: int = 0
    moved: list[Moved] = field(default_factory=list)
    overdue: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    said: dict[tuple[str, str, str], tuple[set[int], set[str]]] = field(default_factory=dict)
    say_at: datetime | None = None
    letters: set[tuple[int, str, str]] = field(default_factory=set)
    rungs: dict[str, Counter[str]] = field(default_factory=dict)
    dates: dict[tuple[date, str], Counter[str]] = field(default_factory=dict)
    years: dict[int, Counter[str]] = field(default_factory=dict)

    def add(self, found: Projected) -> None:
        """Take in one case, report or lead."""
        if isinstance(found.subject, Lead) and found.subject.concerns_id is not None:
            return
        self.looked += 1
        if found.moved:
            self._move(found)
        self._climb(found)
        self._date(found)
        self._say(found)

    def total(self) -> Reprojection:
        """Return what everything that was taken in comes to."""
        moves = Counter((each.organisation, each.before, each.after, each.kind) for each in self.moved)
        groups = sorted({key[:3] for key in moves}, key=_order)
        return Reprojection(
            looked=self.looked,
            moved=tuple(sorted(self.moved, key=lambda each: (each.kind, each.number))),
            shifts=tuple(
                Shift(*group, *(moves[*group, kind] for kind in ("case", "report", "lead"))) for group in groups
            ),
            newly_overdue=self.overdue[False, True],
            no_longer_overdue=self.overdue[True, False],
            sayings=tuple(
                Saying(*key, len(people), len(subjects)) for key, (people, subjects) in sorted(self.said.items())
            ),
            say_at=self.say_at if self.said else None,
            letters=len(self.letters),
            rungs=tuple(
                RungChange(rung, counted["armed"], counted["shifted"], counted["disarmed"])
                for rung, counted in self.rungs.items()
            ),
            passed=tuple(
                Passed(*key, counted["bound"], counted["late"], counted["after"])
                for key, counted in sorted(self.dates.items())
            ),
            undated=tuple(
                Undated(year, counted["deadline"], counted["limit"], counted["rungs"])
                for year, counted in sorted(self.years.items())
            ),
        )

    def _move(self, found: Projected) -> None:
        after = found.due.at if found.due else None
        kind = kind_of(found)
        self.moved.append(
            Moved(number_in(found), kind, found.subject.organisation.name, _day(found.before), _day(after))
        )
        self.overdue[self._late(found.before), self._late(after)] += 1

    def _late(self, at: datetime | None) -> bool:
        return at is not None and at < self.now

    def _climb(self, found: Projected) -> None:
        for what in ("armed", "shifted", "disarmed"):
            for rung in getattr(found.timers, what):
                self.rungs.setdefault(rung, Counter())[what] += 1

    def _date(self, found: Projected) -> None:
        for place, reason in enumerate(found.why):
            if reason.code == "statutory" and place == 0:
                self._bound(reason.params, late=found.due is not None and found.due.at < self.now)
            elif reason.code == "ended_before":
                self.dates.setdefault(_key(reason.params), Counter())["after"] += 1
            elif reason.code == "calendar_unknown":
                counted = self.years.setdefault(int(str(reason.params["year"])), Counter())
                counted["limit" if found.due else "deadline"] += 1
        if found.due is not None and (found.due.on + LADDER_REACHES).year not in found.ground.calendar.years:
            beyond = beyond_calendar(due=found.due, ladder=found.ground.ladder, calendar=found.ground.calendar)
            if beyond:
                self.years.setdefault((found.due.on + LADDER_REACHES).year, Counter())["rungs"] += 1

    def _bound(self, params: object, *, late: bool) -> None:
        counted = self.dates.setdefault(_key(params), Counter())
        counted["bound"] += 1
        counted["late"] += late

    def _say(self, found: Projected) -> None:
        if not found.timers.armed and not found.timers.shifted:
            return
        at = _allowed(found, self.now)
        horizon = max(at, end_of(day_in_beijing(self.now)))
        due = [row for row in found.timers.rows if row["state"] == "armed" and row["fire_at"] <= horizon]  # type: ignore[operator] # a moment
        if not due:
            return
        self.say_at = at if self.say_at is None else min(at, self.say_at)
        timers = [Timer(**row) for row in due]
        for notice in voices(found.subject, timers, ladder=found.ground.ladder, hearers=self.hearers, upcoming=None):
            self._tell(notice, number_in(found))

    def _tell(self, notice: Notice, number: str) -> None:
        if notice.person_id is None:
            return  # rungs are heard by accounts
        if notice.channel == INBOX:
            role = notice.params["role"][0]  # type: ignore[index] # a rung names the role in which it is heard
            people, subjects = self.said.setdefault((str(notice.params["rung"]), notice.kind, role), (set(), set()))
            people.add(notice.person_id)
            subjects.add(number)
            if notice.message_class == ESCALATION:
                reader = db.session.get_one(Person, notice.person_id)
                self.letters.update((reader.id, channel, DIGEST) for channel in out_to(reader))
            return
        gathered = manners().gather and gathers(notice.kind, message_class=notice.message_class, channel=notice.channel)
        self.letters.add((notice.person_id, notice.channel, "" if gathered else notice.dedup))


def number_in(found: Projected) -> str:
    """Return the number of a projected case, report or lead."""
    return number_of(found.subject) if isinstance(found.subject, Report) else found.subject.number


def kind_of(found: Projected) -> str:
    """Return what was projected: case, report or lead."""
    if isinstance(found.subject, Case):
        return "case"
    return "lead" if isinstance(found.subject, Lead) else "report"


def _allowed(found: Projected, now: datetime) -> datetime:
    try:
        return next_allowed(now, ladder=found.ground.ladder, calendar=found.ground.calendar)
    except CalendarUnknown:
        return now


def _day(at: datetime | None) -> date | None:
    return day_in_beijing(at) if at else None


def _key(params: object) -> tuple[date, str]:
    return params["on"], str(params["clause"])  # type: ignore[index] # such reasons name both


def _order(group: tuple[str, date | None, date | None]) -> tuple[str, date, date]:
    return group[0], group[1] or date.min, group[2] or date.min
