"""A university with words that can be erased, wherever the service copies them, and a look for them everywhere."""

from sqlalchemy import LargeBinary, select, type_coerce

from casework import journal
from casework.campaigns.models import Campaign, ContactTask
from casework.cases.above import Referral
from casework.cases.drifts import JustifiedChange
from casework.cases.models import Hold
from casework.cases.oversight import Consequence, HandOver, SpotCheck, SpotChecked
from casework.cases.samples import Sample
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.filing.models import Disposal, Filing, Upload
from casework.intake.models import Confirmation
from casework.leads.models import Lead, LeadStep, LeadTalk
from casework.models import metadata
from casework.notices.models import Provider
from casework.operations.erase_values import erase_values
from casework.overview.reading_models import ReadingQuestion
from casework.people.actors import actor_of
from casework.people.models import Relation
from casework.reports.models import Mandate, Report, Signature
from casework.screening.models import EmployerDecision, ScreeningSettings
from casework.sealing import SealBroken, ring
from casework.storage import StoredFile
from tests.casework.factories import NOON, make_case, make_person, make_round, make_tree

WORDS = "李四，电话13812346021，称从未签约"
CONTEXTS = {each.type.context for table in metadata.sorted_tables for each in table.c if hasattr(each.type, "context")}


class Town:
    def __init__(self):
        self.tree = make_tree()
        round_ = make_round()
        self.supervisor = make_person("supervisor", self.tree.university)
        self.investigator = make_person("investigator", self.tree.university)
        self.case, self.other = (make_case(self.tree.university, round_, owner=self.investigator) for _ in range(2))

    def erase(self, *, subject=None, by=None, reason="保存期限已过"):
        with unit_of_work():
            actor = actor_of(by or self.supervisor)
            where = {"organisation": self.tree.university, "subject": subject or self.case.number}
            return erase_values(**where, reason=reason, actor=actor)

    def keep(self, verb, reason="涉诉"):
        with unit_of_work():
            actor = actor_of(self.supervisor)
            verb(organisation=self.tree.university, subject=self.case.number, reason=reason, actor=actor)

    def plant(self):
        """Write the words into every column that copies what an entry commits to; return subject → columns."""
        tree, round_, by = self.tree, self.case.round, self.supervisor.id
        place = {"organisation_id": tree.university.id, "round_id": round_.id}
        record, person = self.case.records[0].record, {"person_id": self.supervisor.id}
        file = StoredFile(sha256="0" * 64, size=1, media_type="application/pdf")
        check = SpotCheck(organisation_id=tree.province.id, round_id=round_.id, seed="1", population=1,
                          population_hash="0", drawn_by_id=by)  # fmt: skip
        lead = Lead(number="LC24-L1", channel="LETTER", received_at=NOON, title="", content="", about={}, **place)
        report = Report(number=1, drafted_by_id=by, stale_reason=WORDS, **place)
        sent = Filing(report=report, capacity="discipline", recipient_id=tree.discipline.id, receiver=WORDS,
                      return_reason=WORDS, withdraw_reason=WORDS)  # fmt: skip
        campaign = Campaign(ref="campaign", name="x", stop_on=NOON.date(), drafted_by_id=by, paused_because=WORDS,
                            **place)  # fmt: skip
        db.session.add_all((file, check, lead, report, sent, campaign))
        db.session.flush()
        of_case, answer = {"case_id": self.case.id}, {"record_id": record.id, "snapshot_on": NOON.date()}
        db.session.add_all([
            Hold(reason=WORDS, asked_by_id=by, until_on=NOON.date(), **of_case),
            HandOver(left_id=tree.university.id, went_id=tree.province.id, by_id=by, reason=WORDS, **of_case),
            SpotChecked(spot_check_id=check.id, reason=WORDS, **of_case),
            Consequence(code="C1", decided_by="x", decided_on=NOON.date(), document=WORDS, words=WORDS,
                        recorded_by_id=by, **of_case),
            JustifiedChange(record_id=record.id, reason=WORDS, file_id=file.id, file_name=WORDS, asked_by_id=by,
                            **of_case),
            LeadStep(lead_id=lead.id, action="note", words=WORDS),
            LeadTalk(lead_id=lead.id, kind="answer", words=WORDS),
            Signature(report_id=report.id, slot="party_leader", typed_name="x", manifest_hash="0", lapse_reason=WORDS,
                      **person),
            Upload(report_id=report.id, sha256="0", made_by_id=by, number=WORDS),
            Disposal(filing_id=sent.id, by_id=by, words=WORDS),
            Confirmation(status="x", words=WORDS, corrections={"job": WORDS}, **answer),
            ContactTask(ref="task", organisation_id=tree.university.id, record_id=record.id, reason="x", words=WORDS),
            Sample(ref="sample", purpose="audit", seed="1", population=1, population_hash="0", drawn_by_id=by,
                   design={"size": 1, "reason": WORDS}, **place),
            EmployerDecision(ref="decision", code_one="1", code_other="2", same=True, reason=WORDS, decided_by_id=by,
                             **place),
            ScreeningSettings(round_id=round_.id, version=3, effective_from=NOON.date(), values={}, reason=WORDS,
                              made_by_id=by),
            Provider(channel="smtp", held_at=NOON, held_by_id=by, held_because=WORDS),
            Referral(asked_by_body_id=tree.university.id, asked_of_id=tree.province.id, cause="by_hand", reason=WORDS,
                     answer=WORDS, **of_case),
            Relation(kind="kin", value=WORDS, reason=WORDS, why_withdrawn=WORDS, withdrawn_at=NOON, **person),
            Mandate(ref="mandate", organisation_id=tree.university.id, kind="delegate", valid_from=NOON.date(),
                    valid_to=NOON.date(), document="x", reason=WORDS, recorded_by_id=by, **person),
            ReadingQuestion(ref="question", organisation_id=tree.university.id, kind="bulk", day=NOON.date(),
                            asked_role="supervisor", asked_body_id=tree.university.id, facts={}, answer=WORDS,
                            **person),
        ])  # fmt: skip
        subjects = {
            self.case.number: {
                "case_moves.words", "holds.reason", "case_hand_overs.reason", "spot_checked_cases.reason",
                "consequences.words", "consequences.document", "justified_changes.reason",
                "justified_changes.file_name", "case_referrals.reason", "case_referrals.answer",
            },
            self.supervisor.login: {"relations.value", "relations.reason", "relations.why_withdrawn"},
            "mandate": {"mandates.reason"},
            "question": {"reading_questions.answer"},
            lead.number: {"lead_steps.words", "lead_talks.words"},
            "LC24-R1": {
                "reports.stale_reason", "signatures.lapse_reason", "filings.receiver", "filings.return_reason",
                "filings.withdraw_reason", "uploads.number",
            },
            record.ref: {"confirmations.words", "confirmations.corrections"},
            "task": {"contact_tasks.words"},
            "campaign": {"campaigns.paused_because"},
            "sample": {"samples.design"},
            "decision": {"employer_decisions.reason"},
            round_.code: {"screening_settings.reason"},
            "smtp": {"providers.held_because"},
        }  # fmt: skip
        for subject in subjects:
            self.note(tree.university, subject, action="round:screening_settings", facts={"version": 3})
        return subjects

    def note(self, body, subject, *, action="x:note", **more):
        personal = {"words": WORDS}
        journal.record(organisation_id=body.id, action=action, actor="1", subject=subject, personal=personal, **more)


def dumped(clear):
    """Return the places of the database in which these words stand, opened where they are sealed."""
    found = set()
    for table in metadata.sorted_tables:
        columns = [type_coerce(each, LargeBinary) if "Sealed" in type(each.type).__name__ else each for each in table.c]
        for row in db.session.execute(select(*columns)):
            for column, value in zip(table.c, row, strict=True):
                if clear in opened(value):
                    found.add(f"{table.name}.{column.name}")
    return found


def opened(value):
    if not isinstance(value, bytes):
        return str(value)
    for context in CONTEXTS:
        try:
            return ring().unseal(value, context).decode()
        except SealBroken:
            continue
    return repr(value)
