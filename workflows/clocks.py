"""By when something is due, and why on that date.

Two kinds of date meet here. A *statutory* date is fixed by the notice, the
province or the university itself: it is never moved, not for a weekend and not
for a hold. A *working-day limit* is a duration of the round, by stage and
severity: it skips rest days and the days that lay wholly on hold. The earliest
counts. Every result carries the sentences that answer “why this date”, because
people are held to it.

A date without an hour ends at 23:59:59 Beijing time. “Overdue” is never stored:
it is the comparison that `remaining` makes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from workflows import clock_reasons as say
from workflows.beijing import day_in_beijing, end_of
from workflows.calendars import Calendar, CalendarUnknown, Skipped, runs
from workflows.holds import ON_HOLD, Extension, Hold, days_on_hold
from workflows.reasons import Reason

BEGIN, CONCLUDE, ACCEPT = "begin", "conclude", "accept"
"""The stages of a case that have a limit; after acceptance the clocks belong to the report."""


@dataclass(frozen=True)
class StatutoryDate:
    """A date of the round that one level answers for; `origin` says who set it: national, province, university."""

    level: str
    on: date
    clause: str
    origin: str = "national"


@dataclass(frozen=True)
class Limits:
    """Working days allowed for each stage of a case of one severity."""

    begin: int
    conclude: int
    accept: int

    def of(self, stage: str) -> int:
        """Return the limit of `stage` in working days."""
        return {BEGIN: self.begin, CONCLUDE: self.conclude, ACCEPT: self.accept}[stage]


PROPOSED_LIMITS: Mapping[str, Limits] = MappingProxyType(
    {"critical": Limits(1, 2, 1), "high": Limits(1, 3, 1), "medium": Limits(2, 5, 1), "low": Limits(2, 5, 2)}
)
"""Our proposal for a new round; the round's settings decide."""


@dataclass(frozen=True)
class CaseClock:
    """What the clocks of one case need to know.

    `opened_at` is when the matter was opened, or last reopened; `stage_since` when
    its present stage began; `own_due` a date with an hour that was set for it alone.
    """

    level: str
    severity: str
    stage: str
    opened_at: datetime
    stage_since: datetime
    holds: Sequence[Hold] = ()
    extensions: Sequence[Extension] = ()
    own_due: datetime | None = None


@dataclass(frozen=True)
class Due:
    """A deadline: `at` in UTC, `on` in Beijing, the working target, and why.

    `target_on` is None when the calendar of that year is not known. `rests_on` is
    statutory, limit or own: what set the date.
    """

    clock: str
    at: datetime
    on: date
    target_on: date | None
    rests_on: str
    why: tuple[Reason, ...]
    skipped: tuple[Skipped, ...] = field(default=())


def stage_of(state: str, *, accepted: bool) -> str | None:
    """Return the stage whose clock runs for a case, or None when its clocks have stopped."""
    if state == "corrected" and accepted:
        return None
    return {"flagged": BEGIN, "investigating": CONCLUDE, "corrected": ACCEPT}.get(state)


def target_on(on: date, calendar: Calendar, *, lead: int = 0) -> date | None:
    """Return the working day `lead` working days before the last one on or before `on`; None if not known."""
    try:
        return calendar.add_working_days(calendar.last_working_day_on_or_before(on), -lead)[0]
    except CalendarUnknown:
        return None


def limit_due(
    clock: str,
    *,
    start: datetime,
    limit: int,
    calendar: Calendar,
    holds: Sequence[Hold] = (),
    extensions: Sequence[Extension] = (),
) -> Due:
    """Return the end of the last of `limit` working days after the day of `start`.

    Serves a lead's reply duty as it serves a case's stages. Raises
    `CalendarUnknown` when the count would leave the known years.
    """
    on = begun = day_in_beijing(start)
    paused = days_on_hold(holds)
    left = limit + sum(extension.days for extension in extensions)
    passed: list[tuple[date, str]] = []
    while left > 0:
        on += timedelta(days=1)
        name = calendar.rest_name(on) or (ON_HOLD if on in paused else None)
        if name is None:
            left -= 1
        else:
            passed.append((on, name))
    skipped = runs(passed)
    stopped = [
        hold
        for hold in holds
        if any(
            name == ON_HOLD and day_in_beijing(hold.start) <= day <= day_in_beijing(hold.end) for day, name in passed
        )
    ]
    why = (
        say.started(begun),
        say.limited(limit),
        *(say.extended(extension.days, approved_by=extension.approved_by) for extension in extensions),
        *(say.passed_over(stretch) for stretch in skipped),
        *(say.held(hold.start, hold.end, approved_by=hold.approved_by) for hold in stopped),
        say.counted_with(calendar.version(begun, on)),
    )
    return Due(clock, end_of(on), on, target_on(on, calendar), "limit", why, skipped)


def binding(dates: Iterable[StatutoryDate], *, level: str, opened_at: datetime) -> StatutoryDate | None:
    """Return the earliest date of `level` that had not ended when the matter was opened."""
    open_then = [one for one in dates if one.level == level and opened_at <= end_of(one.on)]
    return min(open_then, key=lambda one: one.on, default=None)


def due(
    case: CaseClock | None,
    *,
    dates: Sequence[StatutoryDate],
    limits: Mapping[str, Limits],
    calendar: Calendar,
) -> Due | None:
    """Return when the case's present stage is due, or None if its clocks have stopped (`case` is None).

    The earliest of the binding statutory date, the stage's limit and the case's
    own date counts; a tie is answered by the statutory date. Where the calendar
    is not known the fixed dates alone decide and a reason says so; without one
    `CalendarUnknown` is raised.
    """
    if case is None:
        return None
    candidates: list[Due] = []
    bound = binding(dates, level=case.level, opened_at=case.opened_at)
    if bound is not None:
        candidates.append(statutory_due(case.stage, bound, calendar=calendar))
    if case.own_due is not None:
        on = day_in_beijing(case.own_due)
        own = say.set_for_this_case(case.own_due)
        at = case.own_due.astimezone(UTC)
        candidates.append(Due(case.stage, at, on, target_on(on, calendar), "own", (own,)))
    unknown: tuple[Reason, ...] = ()
    try:
        candidates.append(_stage_limit(case, limits[case.severity], calendar))
    except CalendarUnknown as missing:
        if not candidates:
            raise
        unknown = tuple(say.refused(refusal) for refusal in missing.refusals)
    first = min(candidates, key=lambda one: one.at)
    ended = [one for one in dates if one.level == case.level and end_of(one.on) < case.opened_at]
    why = (
        *first.why,
        *(say.already_ended(one.on, clause=one.clause) for one in ended),
        *(say.comes_later(one.rests_on, one.on) for one in candidates if one is not first),
        *unknown,
    )
    return replace(first, why=why)


def _stage_limit(case: CaseClock, limits: Limits, calendar: Calendar) -> Due:
    """Return the limit of the case's stage, told in the words of a case."""
    counted = limit_due(
        case.stage,
        start=case.stage_since,
        limit=limits.of(case.stage),
        calendar=calendar,
        holds=case.holds,
        extensions=case.extensions,
    )
    told = (
        say.started(day_in_beijing(case.stage_since), stage=case.stage),
        say.limited(limits.of(case.stage), severity=case.severity),
    )
    return replace(counted, why=told + counted.why[2:])


def statutory_due(clock: str, bound: StatutoryDate, *, calendar: Calendar, lead: int = 0) -> Due:
    """Return the deadline that a statutory date makes; `lead` moves the target only, never the date."""
    target = target_on(bound.on, calendar, lead=lead)
    why = [say.set_by(bound.origin, clause=bound.clause, on=bound.on)]
    if target is not None and target != bound.on:
        why.append(say.aimed_at(target, on=bound.on, lead=lead))
        why.append(say.counted_with(calendar.version(target, bound.on)))
    return Due(clock, end_of(bound.on), bound.on, target, "statutory", tuple(why))


@dataclass(frozen=True)
class ReportTargets:
    """How many working days before the statutory date the work is meant to be done (internal, [P])."""

    accept: int = 2
    sign: int = 1
    file: int = 0


def report_dues(
    *,
    level: str,
    opened_at: datetime,
    dates: Sequence[StatutoryDate],
    calendar: Calendar,
    targets: ReportTargets | None = None,
) -> tuple[Due, ...]:
    """Return the clocks of a report: its cases accepted, itself signed, itself filed.

    All three end on the statutory date that binds the report; their targets come
    earlier. Empty when no date of the level is left: a supplementary report after
    the last one has no statutory clock.
    """
    bound = binding(dates, level=level, opened_at=opened_at)
    if bound is None:
        return ()
    wanted = targets or ReportTargets()
    steps = (("cases_accepted", wanted.accept), ("sign", wanted.sign), ("file", wanted.file))
    return tuple(statutory_due(clock, bound, calendar=calendar, lead=lead) for clock, lead in steps)


@dataclass(frozen=True)
class Remaining:
    """How far a deadline is: kind overdue, today, soon or later; whole days between the dates; whole hours."""

    kind: str
    days: int
    hours: int


def remaining(deadline: Due, now: datetime, *, soon_days: int = 3) -> Remaining:
    """Compare a deadline with `now`; the amounts count up again once it has passed."""
    apart = abs((deadline.on - day_in_beijing(now)).days)
    hours = int(abs(deadline.at - now).total_seconds() // 3600)
    if now > deadline.at:
        return Remaining("overdue", apart, hours)
    if apart == 0:
        return Remaining("today", 0, hours)
    return Remaining("soon" if apart <= soon_days else "later", apart, hours)
