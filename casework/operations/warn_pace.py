"""Warn before a statutory date, once a day, where the open work cannot be done by it at the present pace.

A date that is missed cannot be mended, so this climbs while something can still
be done: the fewer working days are left, the higher. It is a row in the inbox;
out of the house it goes as a line of the day's digest, like every escalation.
What is warned of is the pace of an organisation and never a person's.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from casework import clock, working_days
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.hearers import Hearer, Hearers
from casework.deadlines.ladder import SUPERIOR, dates_of
from casework.operations.announce import announce
from casework.overview.board import per_day
from casework.overview.desk import running
from casework.overview.outlook import Outlook, outlook
from casework.people.models import Organisation
from casework.reports.queries import NEVER_REPORTED
from casework.rounds.models import Round
from workflows.beijing import end_of
from workflows.calendars import CalendarUnknown
from workflows.escalation import DUE, ESCALATION, Ladder, LadderRung

KIND = "work_behind"
LEVELS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (10, ("supervisor",)),
    (5, ("vice_leader",)),
    (2, ("party_leader", "admin_leader")),
)
"""From how many working days before the date on a level is warned; those below it go on being warned."""


@dataclass(frozen=True)
class Warned:
    """An organisation that is behind, how it stands, and which roles were told today."""

    organisation: Organisation
    outlook: Outlook
    roles: tuple[str, ...]


def warn_pace(round_: Round) -> list[Warned]:
    """Tell the levels concerned about every organisation that is behind in a round; nobody on a day of rest."""
    today, calendar = clock.today(), working_days.calendar()
    try:
        if not calendar.working_day(today):
            return []
    except CalendarUnknown:  # without working days there is no pace
        return []
    hearers, found = Hearers(today), []
    for organisation, seen in _outlooks(round_, today):
        if seen.pace.warns and seen.days_left <= LEVELS[0][0]:
            roles = _tell(organisation, round_, seen, hearers)
            if roles:
                found.append(Warned(organisation, seen, roles))
    return found


def levels(days_left: int) -> tuple[tuple[str, ...], ...]:
    """Return who is warned when so many working days are left, the lowest level first."""
    return tuple(roles for most, roles in LEVELS if days_left <= most)


def _outlooks(round_: Round, today: date) -> list[tuple[Organisation, Outlook]]:
    """Return how every organisation with open work stands for the next date that its own level answers for."""
    here = (Case.round_id == round_.id, Case.origin.not_in(NEVER_REPORTED))
    open_now = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Case.organisation_id, func.count()).where(*here, running()).group_by(Case.organisation_id)
        )
    }
    opened, closed = _flow(here, Case.opened_at), _flow(here, Case.accepted_at)
    found = []
    wanted = select(Organisation).where(Organisation.id.in_(open_now)).order_by(Organisation.id)
    for organisation in db.session.scalars(wanted):
        dates = [each.on for each in dates_of(round_, organisation) if each.level == organisation.kind]
        on = min((each for each in dates if each >= today), default=None)
        if on is None:
            continue
        days = _days(opened[organisation.id], closed[organisation.id], today)
        seen = outlook(days, open_now=open_now[organisation.id], today=today, on=on, calendar=working_days.calendar())
        if seen is not None:
            found.append((organisation, seen))
    return found


def _flow(here: Sequence[Any], moment: Any) -> Mapping[int, dict[date, int]]:
    day = per_day(moment)
    wanted = select(Case.organisation_id, day, func.count()).where(*here, moment.is_not(None), Case.state != "merged")
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for organisation_id, on, number in db.session.execute(wanted.group_by(Case.organisation_id, day)):
        found[organisation_id][date.fromisoformat(str(on))] = number
    return found


def _days(opened: Mapping[date, int], closed: Mapping[date, int], today: date) -> list[tuple[date, int, int]]:
    first = min(opened, default=today)
    span = (date.fromordinal(each) for each in range(first.toordinal(), today.toordinal() + 1))
    return [(day, closed.get(day, 0), opened.get(day, 0)) for day in span]


def _tell(organisation: Organisation, round_: Round, seen: Outlook, hearers: Hearers) -> tuple[str, ...]:
    told: dict[int, Hearer] = {}
    for roles in levels(seen.days_left):
        for each in hearers.of(_code(roles), ladder=_ladder(), owner=None, organisation=organisation):
            told.setdefault(each.person.id, each)  # an unfilled level is spoken for by the next one: once
    for each in told.values():
        announce(
            KIND,
            to=[each.person],
            params={
                "organisation": organisation.name,
                "open": seen.open,
                "pace": seen.pace.median,
                "due": end_of(seen.on).isoformat(),
                "role": [each.role],
                "digest": True,
            },
            dedup=f"pace:{round_.id}:{organisation.id}:{each.role}:{clock.today().isoformat()}",
            inbox_only=True,
        )
    return tuple(dict.fromkeys(each.role for each in told.values()))


def _ladder() -> Ladder:
    """Return the levels as a ladder, so that whoever is missing is replaced as everywhere: by the next level."""
    tops = (*(roles for _, roles in LEVELS), (SUPERIOR,))
    return Ladder(tuple(LadderRung(_code(roles), 0, DUE, roles, KIND, ESCALATION) for roles in tops))


def _code(roles: Sequence[str]) -> str:
    return roles[0]
