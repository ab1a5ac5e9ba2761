"""Where words that an entry only commits to stand a second time, so that they go when the value beside it goes.

What people wrote is kept where it is read: in a story, on a delivery, with a
signature that lapsed. This is the list of all those places, by what an entry
names as its subject. Whoever gives `journal.record` a personal value and keeps
it elsewhere adds that column here, or to `SIGNED`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, false, select
from sqlalchemy.orm import load_only

from casework.campaigns.models import Campaign, ContactTask
from casework.cases.above import Referral
from casework.cases.drifts import JustifiedChange
from casework.cases.models import Case, Hold, Move
from casework.cases.oversight import Consequence, HandOver, SpotChecked
from casework.cases.samples import Sample
from casework.db import db
from casework.filing.models import Disposal, Filing, Upload
from casework.intake.models import Confirmation, Record
from casework.journal import JournalEntry, LegalHold
from casework.leads.models import Lead, LeadStep, LeadTalk
from casework.notices.models import Provider
from casework.overview.reading_models import ReadingQuestion
from casework.people.models import Appointment, Organisation, Person, Relation
from casework.people.ways_in import AccessDecision
from casework.reports.models import Mandate, Report, Signature
from casework.rounds.models import Round
from casework.screening.models import EmployerDecision, ScreeningSettings

SIGNED = (
    *("verifications.note", "corrections.old", "corrections.new", "cases.conclusion_note"),
    *("checklist_answers.method", "checklist_answers.examined", "checklist_answers.finding"),
    *("checklist_answers.responsible", "measures.goal", "measures.measure", "measures.responsible"),
)
"""Columns that stay: they are what a dossier or a report says, two leaders signed it, and others hold its hash."""

_REPORT = re.compile(r"(.+)(\d\d)-R(\d{1,9})")


@dataclass(frozen=True)
class Copy:
    """Rows that hold such words, and in which columns; one within a JSON column is named after a point."""

    rows: Select[Any]
    columns: tuple[str, ...]


def copies(places: Collection[int], subject: str) -> tuple[Copy, ...]:
    """Return every place where words about `subject` stand that the chains of these organisations commit to."""
    case = select(Case.id).where(Case.organisation_id.in_(places), Case.number == subject)
    lead = select(Lead.id).where(Lead.organisation_id.in_(places), Lead.number == subject)
    numbered = _reports(subject)
    report = select(Report.id).where(Report.organisation_id.in_(places), Report.id.in_(numbered))
    received = select(Filing.id).where(Filing.recipient_id.in_(places), Filing.report_id.in_(numbered))
    record = select(Record.id).where(Record.organisation_id.in_(places), Record.ref == subject)
    person = _member(places, subject)
    ties = select(Relation).where(Relation.person_id.in_(person))
    named = select(JournalEntry.facts["version"].as_integer()).where(
        JournalEntry.organisation_id.in_(places),
        JournalEntry.subject == subject,
        JournalEntry.action == "round:screening_settings",
    )
    settings = select(ScreeningSettings).join(Round, Round.id == ScreeningSettings.round_id)
    return (
        Copy(select(Move).where(Move.case_id.in_(case)), ("words",)),
        Copy(select(Hold).where(Hold.case_id.in_(case)), ("reason",)),
        Copy(select(HandOver).where(HandOver.case_id.in_(case)), ("reason",)),
        Copy(select(Referral).where(Referral.case_id.in_(case)), ("reason", "answer")),
        Copy(select(SpotChecked).where(SpotChecked.case_id.in_(case)), ("reason",)),
        Copy(select(Consequence).where(Consequence.case_id.in_(case)), ("words", "document")),
        Copy(select(JustifiedChange).where(JustifiedChange.case_id.in_(case)), ("reason", "file_name")),
        Copy(select(LeadStep).where(LeadStep.lead_id.in_(lead)), ("words",)),
        Copy(select(LeadTalk).where(LeadTalk.lead_id.in_(lead)), ("words",)),
        Copy(select(Report).where(Report.id.in_(report)).options(load_only(Report.stale_reason)), ("stale_reason",)),
        Copy(select(Signature).where(Signature.report_id.in_(report)), ("lapse_reason",)),
        Copy(select(Filing).where(Filing.report_id.in_(report)), ("receiver", "return_reason", "withdraw_reason")),
        Copy(select(Upload).where(Upload.report_id.in_(report)), ("number",)),
        Copy(select(Disposal).where(Disposal.filing_id.in_(received)), ("words",)),
        Copy(select(Confirmation).where(Confirmation.record_id.in_(record)), ("words", "corrections")),
        Copy(_of(ContactTask, places).where(ContactTask.ref == subject), ("words",)),
        Copy(_of(Campaign, places).where(Campaign.ref == subject), ("paused_because",)),
        Copy(_of(Sample, places).where(Sample.ref == subject), ("design.reason",)),
        Copy(_of(EmployerDecision, places).where(EmployerDecision.ref == subject), ("reason",)),
        Copy(settings.where(Round.code == subject, ScreeningSettings.version.in_(named)), ("reason",)),
        Copy(select(Provider).where(Provider.channel == subject, Provider.held_by_id.is_not(None)), ("held_because",)),
        Copy(_of(ReadingQuestion, places).where(ReadingQuestion.ref == subject), ("answer",)),
        Copy(select(AccessDecision).where(AccessDecision.person_id.in_(person)), ("reason",)),
        Copy(ties, ("reason",)),
        Copy(ties.where(Relation.withdrawn_at.is_not(None)), ("value", "why_withdrawn")),  # rules need those that stand
        Copy(_of(Mandate, places).where(Mandate.ref == subject), ("reason",)),
        Copy(_of(LegalHold, places).where(LegalHold.subject == subject), ("reason",)),
    )


def blank_copies(places: Collection[int], subject: str) -> int:
    """Blank every copy, as the caller has permitted and locked; return how many texts there were."""
    return sum(
        _blank(row, column)
        for copy in copies(places, subject)
        for row in db.session.scalars(copy.rows.execution_options(populate_existing=True)).all()
        for column in copy.columns
    )


def _reports(number: str) -> Select[tuple[int]]:
    """Return a SELECT of the ids of the reports that bear a printed number; of none where it is no such number."""
    parts = _REPORT.fullmatch(number)
    if parts is None:
        return select(Report.id).where(false())
    short_code, cohort, count = parts.groups()
    named = select(Report.id).join(Report.organisation).join(Report.round)
    return named.where(
        Organisation.short_code == short_code, Round.cohort % 100 == int(cohort), Report.number == int(count)
    )


def _member(places: Collection[int], login: str) -> Select[tuple[int]]:
    """Return a SELECT of the id of an account that is appointed in these organisations."""
    theirs = select(Appointment.person_id).where(Appointment.organisation_id.in_(places))
    return select(Person.id).where(Person.login == login, Person.id.in_(theirs))


def _of(model: Any, places: Collection[int]) -> Select[Any]:
    return select(model).where(model.organisation_id.in_(places))


def _blank(row: Any, column: str) -> bool:
    name, _, within = column.partition(".")
    held = getattr(row, name)
    if not held or (within and not held.get(within)):
        return False
    nothing = None if row.__table__.c[name].nullable else ""
    setattr(row, name, {**held, within: ""} if within else nothing)
    return True
