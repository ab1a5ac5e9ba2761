"""What the gate asks about the messages of one batch, read in a fixed number of questions.

With `lock` the rows that decide are kept from changing until the commit, in one
order everywhere: persons, cases, reports, each by id. Whoever opts out takes
`FOR UPDATE` on the person's row, so whoever was first is seen, and whoever
comes later comes after the call. The lock on persons excludes other gates too:
that is what makes counting a person's letters of the day exact.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from casework.cases.models import Case
from casework.db import db
from casework.notices.gathering import GATHERED
from casework.notices.models import ContactPoint, Message, Suppression
from casework.people.models import Person
from casework.reports.models import Report
from casework.rounds.models import Round

Row = TypeVar("Row", Person, Case, Report, Round)


@dataclass(frozen=True)
class Facts:
    """Everything that verdicts and letters of one batch look at; nothing is asked of the database afterwards."""

    persons: Mapping[int, Person]
    opted_out: Collection[tuple[int, str, int]]  # person, channel, class
    invalid: Collection[tuple[int, str]]
    members: Mapping[int, Sequence[Message]]
    cases: Mapping[int, Case]
    reports: Mapping[int, Report]
    rounds: Mapping[int, Round]  # kept here so that a case finds its round without asking


def facts_of(messages: Sequence[Message], *, lock: bool = False) -> Facts:
    """Read what concerns these messages and, where one speaks for others, what concerns those."""
    persons = _rows(Person, {message.person_id for message in messages}, exclusive=lock)
    of_them = list(persons)
    opted_out = db.session.execute(
        select(Suppression.person_id, Suppression.channel, Suppression.class_).where(Suppression.person_id.in_(of_them))
    )
    invalid = db.session.execute(
        select(ContactPoint.person_id, ContactPoint.channel).where(
            ContactPoint.person_id.in_(of_them), ContactPoint.state == "invalid"
        )
    )
    members = _members(messages)
    told = [*messages, *(member for some in members.values() for member in some)]
    cases = _rows(Case, {each.case_id for each in told if each.case_id is not None}, share=lock)
    reports = _rows(Report, {each.report_id for each in told if each.report_id is not None}, share=lock)
    rounds = {each.round_id for each in cases.values()} | {each.round_id for each in reports.values()}
    return Facts(
        persons=persons,
        opted_out={(row.person_id, row.channel, row.class_) for row in opted_out},
        invalid={(row.person_id, row.channel) for row in invalid},
        members=members,
        cases=cases,
        reports=reports,
        rounds=_rows(Round, rounds),
    )


def _members(messages: Iterable[Message]) -> Mapping[int, Sequence[Message]]:
    """Return, by the letter that speaks for them, the messages that gathered; a letter within a letter is none."""
    letters = [message.id for message in messages if message.kind == GATHERED]
    found: dict[int, list[Message]] = {letter: [] for letter in letters}
    if letters:
        wanted = select(Message).where(Message.bundle_id.in_(letters), Message.kind != GATHERED).order_by(Message.id)
        for member in db.session.scalars(wanted.execution_options(populate_existing=True)):
            found[member.bundle_id or 0].append(member)
    return found


def _rows(table: type[Row], ids: Collection[int], *, exclusive: bool = False, share: bool = False) -> dict[int, Row]:
    if not ids:
        return {}
    wanted: Select[Row] = select(table).where(table.id.in_(ids)).order_by(table.id)
    if table is Case:
        wanted = wanted.options(selectinload(Case.holds))
    if exclusive:
        wanted = wanted.with_for_update(key_share=True)  # nobody else counts for these persons meanwhile
    elif share:
        wanted = wanted.with_for_update(read=True)
    return {row.id: row for row in db.session.scalars(wanted.execution_options(populate_existing=exclusive or share))}
