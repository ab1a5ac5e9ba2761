"""The ladder: who hears about a deadline, and when.

The ladder belongs to the round. A rung counts working days back from the target
(reminders to the owner) or forward from the due date (escalation upward). This
module only answers what is still to be said and when; that it is said once is
the business of whoever stores it, under (subject, clock, rung, due date).

Three rules keep it humane and honest: what would have been said before the
matter existed is not said; what was missed while the machines stood still comes
as one message for each reader; a rung that nobody fills goes to the next one
that somebody does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from workflows.beijing import BEIJING, day_in_beijing
from workflows.calendars import Calendar, CalendarUnknown
from workflows.clocks import Due

TARGET, DUE = "target", "due"
ESCALATION, REMINDER = 0, 1


@dataclass(frozen=True)
class LadderRung:
    """One step of a round's ladder: `offset` working days from the anchor, to every role in `audience`.

    The code is a promise: it is stored with what was said and never reused.
    """

    code: str
    offset: int
    anchor: str
    audience: tuple[str, ...]
    kind: str
    message_class: int


@dataclass(frozen=True)
class Ladder:
    """A round's rungs in the order in which they climb, and the hours in which they may speak (Beijing)."""

    rungs: tuple[LadderRung, ...]
    speak_at: time = time(8, 30)
    quiet_from: time = time(22, 0)
    quiet_until: time = time(8, 0)


DEFAULT_LADDER = Ladder(
    (
        LadderRung("owner_5", -5, TARGET, ("owner",), "case_due", REMINDER),
        LadderRung("owner_3", -3, TARGET, ("owner",), "case_due", REMINDER),
        LadderRung("owner_1", -1, TARGET, ("owner",), "case_due", REMINDER),
        LadderRung("owner_0", 0, TARGET, ("owner",), "case_due", REMINDER),
        LadderRung("supervisor_1", 1, DUE, ("supervisor",), "case_escalated", ESCALATION),
        LadderRung("vice_leader_2", 2, DUE, ("vice_leader",), "case_escalated", ESCALATION),
        LadderRung("leaders_3", 3, DUE, ("party_leader", "admin_leader"), "case_escalated", ESCALATION),
        LadderRung("level_above_4", 4, DUE, ("level_above",), "case_escalated", ESCALATION),
    )
)


@dataclass(frozen=True)
class Subject:
    """What the ladder needs to know of a case, a lead or a report.

    `filled` are the roles in which an active, present person without conflict
    stands; `fired` the rung codes already said for this very due date; `reminds`
    is False for what is closed, merged, on hold or imported as history.
    """

    opened_at: datetime
    filled: frozenset[str]
    fired: frozenset[str] = frozenset()
    reminds: bool = True


@dataclass(frozen=True)
class Rung:
    """One thing to be said: on `fire_on`, from `fire_at` (UTC), to `audience` (empty if nobody is left to hear).

    `missed` are the codes that this one message speaks for besides its own; they
    count as fired with it.
    """

    code: str
    fire_on: date
    fire_at: datetime
    audience: tuple[str, ...]
    kind: str
    message_class: int
    missed: tuple[str, ...] = ()


def plan(subject: Subject, *, due: Due, ladder: Ladder, calendar: Calendar, now: datetime) -> tuple[Rung, ...]:
    """Return what is still to be said about a deadline, earliest first.

    Rungs from days before the opening are left out, and so are those before one
    that the same readers have heard: a rung that is put in below it is no news.
    Rungs whose time has passed unsaid collapse into the highest of them for each audience, said at the next
    allowed moment. Rungs that fall into a year without a calendar are left out;
    `beyond_calendar` names them.
    """
    if not subject.reminds:
        return ()
    opened_on = day_in_beijing(subject.opened_at)
    heard = _heard_until(subject.fired, due, ladder, calendar)
    rungs = []
    for index, step in enumerate(ladder.rungs):
        fire_on = _day_of(step, due, calendar)
        if fire_on is None or fire_on < opened_on or step.code in subject.fired:
            continue
        if fire_on < heard.get(step.audience, fire_on):
            continue
        audience = _hearers(ladder.rungs[index:], subject.filled)
        at = datetime.combine(fire_on, ladder.speak_at, BEIJING).astimezone(UTC)
        rungs.append(Rung(step.code, fire_on, at, audience, step.kind, step.message_class))
    missed = [rung for rung in rungs if rung.fire_at <= now]
    coming = [rung for rung in rungs if rung.fire_at > now]
    if missed:
        said_at = next_allowed(now, ladder=ladder, calendar=calendar)
        missed = [replace(rung, fire_on=day_in_beijing(said_at), fire_at=said_at) for rung in _collapsed(missed)]
    return tuple(sorted((*missed, *coming), key=lambda rung: rung.fire_at))


def beyond_calendar(*, due: Due, ladder: Ladder, calendar: Calendar) -> tuple[str, ...]:
    """Return the codes of the rungs that cannot be dated until the next year's calendar is loaded."""
    return tuple(step.code for step in ladder.rungs if _day_of(step, due, calendar) is None)


def next_allowed(moment: datetime, *, ladder: Ladder, calendar: Calendar) -> datetime:
    """Return the first moment from `moment` on that lies on a working day and outside quiet hours, in UTC."""
    local = moment.astimezone(BEIJING)
    day, hour = local.date(), local.time()
    if calendar.working_day(day) and hour < ladder.quiet_from:
        if hour >= ladder.quiet_until:
            return moment.astimezone(UTC)
        return datetime.combine(day, ladder.quiet_until, BEIJING).astimezone(UTC)
    return datetime.combine(calendar.add_working_days(day, 1)[0], ladder.quiet_until, BEIJING).astimezone(UTC)


def _day_of(step: LadderRung, due: Due, calendar: Calendar) -> date | None:
    """Return the working day of a rung, or None where the calendar is not known."""
    anchor = due.on if step.anchor == DUE else due.target_on
    if anchor is None:
        return None
    try:
        if step.offset == 0:
            return calendar.last_working_day_on_or_before(anchor)
        return calendar.add_working_days(anchor, step.offset)[0]
    except CalendarUnknown:
        return None


def _heard_until(fired: Iterable[str], due: Due, ladder: Ladder, calendar: Calendar) -> dict[tuple[str, ...], date]:
    """Return up to which day each audience of the ladder has been told."""
    told = set(fired)
    days: dict[tuple[str, ...], date] = {}
    for step in ladder.rungs:
        on = _day_of(step, due, calendar) if step.code in told else None
        if on is not None:
            days[step.audience] = max(on, days.get(step.audience, on))
    return days


def _hearers(steps: Iterable[LadderRung], filled: frozenset[str]) -> tuple[str, ...]:
    """Return the roles that hear the first of `steps`: its own if filled, else the next that is."""
    for step in steps:
        present = tuple(role for role in step.audience if role in filled)
        if present:
            return present
    return ()


def _collapsed(missed: Iterable[Rung]) -> list[Rung]:
    """Keep the highest missed rung of each audience, speaking for the others."""
    highest: dict[tuple[str, ...], Rung] = {}
    for rung in missed:
        before = highest.get(rung.audience)
        spoken_for = (*before.missed, before.code) if before else ()
        highest[rung.audience] = replace(rung, missed=spoken_for)
    return list(highest.values())
