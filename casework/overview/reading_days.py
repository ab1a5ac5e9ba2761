"""How each person read on one day, beside how they and their role read before: what unusual reading is judged by.

Everything is counted from the audited entries themselves, wherever the reader
went: the chains of all organisations. Of the day itself it is looked further:
which cases were looked at, by whom they are owned, and whether the reader is tied
to them. A tie that only a lead knows of is left out, because asking about it
would say what the lead says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from casework.cases.conflicts import ties_of
from casework.cases.models import Case, Move
from casework.clock import BEIJING
from casework.db import db
from casework.journal import JournalEntry, JournalHead
from casework.overview.audit import moment_of
from casework.overview.board import per_day
from casework.overview.reading_models import RefusedTries
from casework.people.models import Appointment, Person
from casework.people.queries import persons
from workflows.access import Role
from workflows.audit import Group, actions_of, kind_of
from workflows.reading import FLOORS, LEAVING_DAYS, NIGHT, Day, Measure, Unusual, measure
from workflows.ties import Tie

HISTORY = 28
MOST_CASES = 5000
"""So many pairs of reader and case of one day are looked into for ties; of more the newest."""
HEADS = frozenset({Role.SUPERVISOR, Role.VICE_LEADER, Role.PARTY_LEADER, Role.ADMIN_LEADER})
KEPT_TO_LEADS = frozenset({Tie.NAMED})
_COUNTED = actions_of(Group.LOOK, Group.EXPORT)


@dataclass(frozen=True)
class ReadingDay:
    """One person's day, and by what it is measured."""

    person: Person
    day: Day
    looks: Measure
    exports: Measure


@dataclass(frozen=True)
class _Look:
    actor: int
    action: str
    subject: str
    at_night: bool


def reading_days(on: date) -> Iterator[ReadingDay]:
    """Yield the day of everybody of whom anything was audited on it, in the order of their ids."""
    looks = _looks(on)
    refused = _refused(on)
    readers = {each.actor for each in looks} | refused.keys()
    history = _history(on)
    roles = _roles({*readers, *(who for who, _ in history)})
    tied, outside = _cases_of(looks)
    for person in persons(readers):
        mine = [each for each in looks if each.actor == person.id]
        counted = {
            group: [each for each in mine if _group(each.action) is group] for group in (Group.LOOK, Group.EXPORT)
        }
        yield ReadingDay(
            person,
            Day(
                looks=len(counted[Group.LOOK]),
                exports=len(counted[Group.EXPORT]),
                refusals=refused.get(person.id, 0),
                at_night=sum(each.at_night for each in counted[Group.LOOK]),
                outside=outside.get(person.id, 0) if roles.get(person.id) == Role.INVESTIGATOR else 0,
                until=_leaving(person, on),
                tied=tied.get(person.id, {}),
            ),
            _measure(person.id, Group.LOOK, history, roles, FLOORS[Unusual.BULK]),
            _measure(person.id, Group.EXPORT, history, roles, FLOORS[Unusual.EXPORTS]),
        )


def _looks(on: date) -> list[_Look]:
    wanted = (
        select(JournalEntry.actor, JournalEntry.action, JournalEntry.subject, JournalEntry.at)
        .where(*_between(on, on + timedelta(days=1)))
        .order_by(JournalEntry.at.desc())
    )
    return [
        _Look(int(row.actor), row.action, row.subject, _is_night(row.at.astimezone(BEIJING).hour))
        for row in db.session.execute(wanted)
        if row.actor.isdigit() and row.actor != "0"
    ]


def _history(on: date) -> Mapping[tuple[int, Group], Sequence[int]]:
    """Return of everybody how many looks and exports each day before this one had on which there were any."""
    day = per_day(JournalEntry.at)
    wanted = select(JournalEntry.actor, JournalEntry.action, day, func.count())
    wanted = wanted.where(*_between(on - timedelta(days=HISTORY), on))
    counted: dict[tuple[int, Group], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for actor, action, on_day, number in db.session.execute(
        wanted.group_by(JournalEntry.actor, JournalEntry.action, day)
    ):
        if actor.isdigit() and actor != "0":
            counted[int(actor), _group(action)][str(on_day)] += number
    return {key: list(days.values()) for key, days in counted.items()}


def _between(first: date, beyond: date) -> tuple:
    """Return the condition of what is counted; organisations are named so that the index by action and day is used."""
    return (
        JournalEntry.organisation_id.in_(select(JournalHead.organisation_id)),
        JournalEntry.action.in_(_COUNTED),
        JournalEntry.at >= moment_of(first),
        JournalEntry.at < moment_of(beyond),
    )


def _refused(on: date) -> Mapping[int, int]:
    wanted = (
        select(RefusedTries.person_id, func.sum(RefusedTries.times))
        .where(RefusedTries.hour >= moment_of(on), RefusedTries.hour < moment_of(on + timedelta(days=1)))
        .group_by(RefusedTries.person_id)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(wanted)}


def _roles(ids: Collection[int]) -> Mapping[int, str]:
    """Return the role by which each is measured: the first that they were given."""
    wanted = select(Appointment.person_id, Appointment.role).where(Appointment.person_id.in_(ids))
    return {row.person_id: row.role for row in db.session.execute(wanted.order_by(Appointment.id.desc()))}


def _measure(
    person_id: int,
    group: Group,
    history: Mapping[tuple[int, Group], Sequence[int]],
    roles: Mapping[int, str],
    floor: int,
) -> Measure:
    same = [
        count
        for (other, of), days in history.items()
        if of is group and other != person_id and roles.get(other) == roles.get(person_id)
        for count in days
    ]
    return measure(own=history.get((person_id, group), ()), role=same, floor=floor)


def _cases_of(looks: Sequence[_Look]) -> tuple[dict[int, dict[Unusual, dict[str, int]]], dict[int, int]]:
    """Return to which cases each reader is tied, by kind and number, and how many they looked into from outside."""
    times: dict[tuple[int, str], int] = defaultdict(int)
    for each in looks:
        if _group(each.action) is Group.LOOK:
            times[each.actor, each.subject] += 1
    pairs = dict(list(times.items())[:MOST_CASES])
    cases = _cases({number for _, number in pairs})
    worked = _worked_on(cases.values())
    tied: dict[int, dict[Unusual, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    outside: dict[int, int] = defaultdict(int)
    ties = {number: ties_of(case) for number, case in cases.items()}
    heads = _heads(cases.values())
    for (reader, number), looked in pairs.items():
        case = cases.get(number)
        if case is None:
            continue
        kind = _kind_of_tie(reader, case, ties[number], heads.get(case.organisation_id, frozenset()))
        if kind is not None:
            tied[reader][kind][number] = looked
        outside[reader] += reader not in {case.owner_id, case.accepted_by_id} and (case.id, reader) not in worked
    return tied, outside


def _kind_of_tie(reader: int, case: Case, ties: Mapping[int, frozenset[Tie]], heads: Collection[int]) -> Unusual | None:
    mine = ties.get(reader, frozenset()) - KEPT_TO_LEADS
    if Tie.BELONGS in mine:
        return Unusual.OWN_BODY
    if mine:
        return Unusual.OWN_CASE
    leaders = {who for who, theirs in ties.items() if who in heads and theirs - KEPT_TO_LEADS - {Tie.BELONGS}}
    return Unusual.OWN_LEADER if leaders - {reader} and case.owner_id != reader else None


def _cases(numbers: Collection[str]) -> dict[str, Case]:
    wanted = select(Case).where(Case.number.in_(sorted(numbers))).options(joinedload(Case.organisation))
    return {case.number: case for case in db.session.scalars(wanted).unique()}


def _worked_on(cases: Collection[Case]) -> set[tuple[int, int]]:
    """Return which persons have taken any step in which of these cases: it is not outside their work."""
    wanted = select(Move.case_id, Move.by_id).where(Move.case_id.in_([case.id for case in cases])).distinct()
    return {(row.case_id, row.by_id) for row in db.session.execute(wanted)}


def _heads(cases: Collection[Case]) -> dict[int, frozenset[int]]:
    wanted = select(Appointment.organisation_id, Appointment.person_id).where(
        Appointment.organisation_id.in_({case.organisation_id for case in cases}), Appointment.role.in_(HEADS)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for organisation_id, person_id in db.session.execute(wanted):
        found[organisation_id].add(person_id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _leaving(person: Person, on: date) -> str:
    """Return when the last of somebody's offices ends, if that is soon; empty while any of them goes on."""
    ends = [held.until for held in person.appointments if held.until is None or held.until >= on]
    if not ends or None in ends:
        return ""
    last = max(end for end in ends if end is not None)
    return last.isoformat() if last <= on + timedelta(days=LEAVING_DAYS) else ""


def _group(action: str) -> Group:
    kind = kind_of(action)
    return kind.group if kind is not None else Group.LOOK


def _is_night(hour: int) -> bool:
    begins, ends = NIGHT
    return hour >= begins or hour < ends
