"""What the gate asks about the messages of one batch, read in a fixed number of questions.

With `lock` the rows that decide are kept from changing until the commit, in one
order everywhere: persons, records, cases, reports, leads, campaigns, each by id. Whoever
opts out or answers takes `FOR UPDATE` on the person's or the record's row, so
whoever was first is seen, and whoever comes later comes after the call. The lock
on persons excludes other gates too: that is what makes counting a person's
letters of the day exact.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from casework.campaigns.models import Campaign, GraduateContact, Wave
from casework.cases.models import Case
from casework.db import db
from casework.intake.answers import answered_records
from casework.leads.models import Lead
from casework.notices.campaign_words import ABOUT_CAMPAIGNS, CAMPAIGN
from casework.notices.gathering import GATHERED
from casework.notices.graduates import Graduate, graduates
from casework.notices.models import ContactPoint, Message, Suppression
from casework.people.models import Person
from casework.people.queries import belonging_to
from casework.reports.models import Report
from casework.rounds.models import Round

Row = TypeVar("Row", Person, Case, Report, Lead, Round, Campaign)


@dataclass(frozen=True)
class Facts:
    """Everything that verdicts and letters of one batch look at; nothing is asked of the database afterwards."""

    persons: Mapping[int, Person]
    graduates: Mapping[int, Graduate]
    answered: Collection[int]  # records of graduates who have answered, and have shown that it was they
    contacts: Mapping[tuple[int, str], str]  # record and sort of channel → invalid, suspect, opted_out
    opted_out: Collection[tuple[int, str, int]]  # person, channel, class
    invalid: Collection[tuple[int, str]]
    members: Mapping[int, Sequence[Message]]
    cases: Mapping[int, Case]
    reports: Mapping[int, Report]
    leads: Mapping[int, Lead]
    campaigns: Mapping[int, Campaign]  # by wave
    told_about: Mapping[str, Campaign]  # by ref: what an account is told about
    rounds: Mapping[int, Round]  # kept here so that a case finds its round without asking
    kept_from: Collection[tuple[int, int]] = ()  # person and body: what is about that body is not theirs to hear


def facts_of(messages: Sequence[Message], *, lock: bool = False) -> Facts:
    """Read what concerns these messages and, where one speaks for others, what concerns those."""
    persons = _rows(Person, {each.person_id for each in messages if each.person_id is not None}, exclusive=lock)
    readers = graduates({each.record_id for each in messages if each.record_id is not None}, lock=lock)
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
    leads = _rows(Lead, {each.lead_id for each in told if each.lead_id is not None}, share=lock)
    campaigns = _campaigns({each.wave_id for each in messages if each.wave_id is not None}, lock=lock)
    told_about = _told_about(told, lock=lock)
    placed = (*cases.values(), *reports.values(), *leads.values(), *campaigns.values(), *told_about.values())
    return Facts(
        persons=persons,
        graduates=readers,
        answered=answered_records(readers),  # after the lock, so that whoever was first is seen
        contacts=_contacts(readers),
        opted_out={(row.person_id, row.channel, row.class_) for row in opted_out},
        invalid={(row.person_id, row.channel) for row in invalid},
        members=members,
        cases=cases,
        reports=reports,
        leads=leads,
        campaigns=campaigns,
        told_about=told_about,
        rounds=_rows(Round, {each.round_id for each in placed}),
        kept_from=_kept_from(each.concerns_id for each in (*cases.values(), *leads.values())),
    )


def _kept_from(bodies: Iterable[int | None]) -> Collection[tuple[int, int]]:
    """Return who belongs to the bodies that something of the batch is about; hardly ever is anything."""
    about = {body for body in bodies if body is not None}
    return {(person_id, body) for body in about for person_id in belonging_to(body)}


def _contacts(record_ids: Collection[int]) -> Mapping[tuple[int, str], str]:
    if not record_ids:
        return {}
    known = select(GraduateContact.record_id, GraduateContact.channel, GraduateContact.state)
    rows = db.session.execute(known.where(GraduateContact.record_id.in_(record_ids)))
    return {(row.record_id, row.channel): row.state for row in rows}


def _campaigns(wave_ids: Collection[int], *, lock: bool) -> Mapping[int, Campaign]:
    if not wave_ids:
        return {}
    whose = db.session.execute(select(Wave.id, Wave.campaign_id).where(Wave.id.in_(wave_ids))).all()
    found = _rows(Campaign, {row.campaign_id for row in whose}, share=lock)
    return {row.id: found[row.campaign_id] for row in whose}


def _told_about(messages: Sequence[Message], *, lock: bool) -> Mapping[str, Campaign]:
    refs = {str(each.params.get(CAMPAIGN, "")) for each in messages if each.kind in ABOUT_CAMPAIGNS}
    if not refs:
        return {}
    ids = set(db.session.scalars(select(Campaign.id).where(Campaign.ref.in_(refs))))
    return {row.ref: row for row in _rows(Campaign, ids, share=lock).values()}


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
