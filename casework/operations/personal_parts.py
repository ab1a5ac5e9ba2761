"""Where a round keeps what says who somebody is: every column, and what it holds once that is erased.

Codes, colleges, dates and states stay, so that every figure can be counted as
before; so do the hashes that others hold, with nothing behind them any more.
Whoever adds a column that names people adds it here; the proof of erasure looks
for planted values in every column of every table and finds what was forgotten.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CompoundSelect, Select, Update, delete, literal, select, update
from sqlalchemy.sql.dml import Delete

from casework.campaigns.models import AnswerCode, AnswerLink, Campaign, ContactTask, GraduateContact, Recipient
from casework.cases.above import Referral
from casework.cases.drifts import Drift, JustifiedChange, RecordSeal
from casework.cases.models import Case, Correction, Evidence, Hold, Move, Verification
from casework.cases.oversight import Consequence, HandOver, SpotChecked
from casework.cases.samples import Sample
from casework.errors import N_
from casework.filing.models import Disposal, Filing
from casework.intake.models import Batch, Change, Confirmation, Proof, Record, Revision, RowProblem
from casework.leads.models import Lead, LeadFile, LeadItem, LeadStep, LeadTalk
from casework.notices.models import Message, MessageEvent
from casework.reports.models import Document, Report, ReportCase
from casework.screening.models import Finding

GONE = N_("个人信息已按期清除")
NOTHING: dict[str, object] = {}
ABOUT = ("student_nos", "credit_codes", "employers", "units", "places")
PEOPLE = ("records", "dossiers")
"""How the kinds of documents begin that name graduates."""


class Matters:
    """What belongs to one organisation and one round, as conditions."""

    def __init__(self, organisation_id: int, round_id: int) -> None:
        self.place = {"organisation_id": organisation_id, "round_id": round_id}
        self.records = self._ids(Record)
        self.cases = self._ids(Case)
        self.leads = self._ids(Lead)
        self.reports = self._ids(Report)
        self.batches = self._ids(Batch)

    def subjects(self) -> list[Select[Any]]:
        """Return the questions for what entries of the journal name: cases, leads, records, campaigns, samples."""
        return [
            select(column).filter_by(**self.place)
            for column in (Case.number, Lead.number, Record.ref, Campaign.ref, Sample.ref)
        ]

    def files(self) -> CompoundSelect[Any]:
        """Return the question for the ids of every file that shows who somebody is."""
        named = [Document.kind.startswith(kind) for kind in PEOPLE]
        parts = [
            select(Evidence.file_id).where(Evidence.case_id.in_(self.cases)),
            select(LeadFile.file_id).where(LeadFile.lead_id.in_(self.leads)),
            select(JustifiedChange.file_id).where(JustifiedChange.case_id.in_(self.cases)),
            select(Proof.file_id).where(Proof.record_id.in_(self.records), Proof.file_id.is_not(None)),
            select(Document.file_id).where(Document.report_id.in_(self.reports), named[0] | named[1]),
        ]
        return parts[0].union(*parts[1:])

    def changes(self, *, at: object) -> Iterable[Update | Delete]:
        """Return the statements that erase, in their order; files and the journal's values are others' business."""
        of_record, of_case, of_lead = (
            lambda model: update(model).where(model.record_id.in_(self.records)),
            lambda model: update(model).where(model.case_id.in_(self.cases)),
            lambda model: update(model).where(model.lead_id.in_(self.leads)),
        )
        blank = dict.fromkeys(
            ("name", "counsellor", "origin_code", "employer_address", "agreement_no", "remarks", "class_name"), ""
        )
        keys = ("id_number", "phone", "email", "family_phone", "employer_phone", "employer_mobile")
        yield of_record(Revision).values(
            sealed=None, content_hash="", changed=[], **blank, **dict.fromkeys((f"{key}_index" for key in keys), None)
        )
        yield update(Record).filter_by(**self.place).values(name="", student_no=literal("gone-") + Record.ref)
        yield of_record(Confirmation).values(words=None, corrections=None, device_index=None)
        yield of_record(Proof).values(file_name=literal("gone-") + Proof.sha256, text_excerpt="")
        yield update(Change).filter_by(**self.place).values(student_no="", old_employer="", new_employer="")
        yield update(RowProblem).where(RowProblem.batch_id.in_(self.batches)).values(value="", params=NOTHING)
        yield update(Batch).filter_by(**self.place).values(file_name="")
        yield (
            update(Finding).filter_by(**self.place).values(observed=NOTHING, subject_key=literal("gone-") + Finding.ref)
        )
        yield (
            update(Case)
            .filter_by(**self.place)
            .values(subject_key=literal("gone-") + Case.number, title=GONE, title_params=NOTHING, conclusion_note=None)
        )
        yield of_case(Move).values(words=None, params=NOTHING)
        yield of_case(Verification).values(note=None)
        yield of_case(Evidence).values(name="")
        yield of_case(Correction).values(old="", new="")
        yield of_case(Hold).values(reason="")
        yield of_case(HandOver).values(reason="")
        yield of_case(SpotChecked).values(reason=None)
        yield of_case(Consequence).values(words=None, document="")
        yield of_case(Referral).values(reason="", answer=None)
        yield of_case(RecordSeal).values(values=NOTHING, waiting=NOTHING)
        yield of_case(Drift).values(changes=[])
        yield of_case(JustifiedChange).values(changes=[], reason="", file_name="")
        nobody: dict[str, list[str]] = {
            each: [] for each in ("student_nos", "credit_codes", "employers", "units", "places")
        }
        yield (
            update(Lead)
            .filter_by(**self.place)
            .values(title="", content="", reporter=None, about=nobody, external_no=None, receipt_hash=None)
        )
        yield of_lead(LeadTalk).values(words="")
        yield of_lead(LeadStep).values(words=None, params=NOTHING)
        yield of_lead(LeadFile).values(name="", warnings=[])
        yield of_lead(LeadItem).values(student_no="", problem="")
        letters = select(Message.id).where(Message.record_id.in_(self.records))
        yield update(MessageEvent).where(MessageEvent.message_id.in_(letters)).values(note="")
        yield of_record(Message).values(params=NOTHING, provider_ref="")
        yield of_record(Recipient).values(address_key=None)
        yield of_record(ContactTask).values(words=None)
        yield delete(GraduateContact).where(GraduateContact.record_id.in_(self.records))
        links = select(AnswerLink.id).where(AnswerLink.record_id.in_(self.records))
        yield delete(AnswerCode).where(AnswerCode.link_id.in_(links))
        yield delete(AnswerLink).where(AnswerLink.record_id.in_(self.records))
        sent = select(Filing.id).where(Filing.report_id.in_(self.reports))
        yield update(Disposal).where(Disposal.filing_id.in_(sent)).values(words="")
        yield update(ReportCase).where(ReportCase.report_id.in_(self.reports)).values(dossier=NOTHING)
        frozen = update(Report).filter_by(**self.place).where(Report.manifest_hash.is_not(None))
        yield frozen.values(snapshot=None, erased_at=at)

    def _ids(self, model: Any) -> Select[Any]:
        return select(model.id).filter_by(**self.place)
