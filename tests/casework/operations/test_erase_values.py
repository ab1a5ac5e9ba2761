"""Erasing personal values: when it is refused, what is gone afterwards, and that the chain does not notice."""

from datetime import date, timedelta

import pytest
from sqlalchemy import LargeBinary, select, text, type_coerce

from casework import clock, journal
from casework.campaigns.models import Campaign, ContactTask
from casework.cases.drifts import JustifiedChange
from casework.cases.models import Case, Hold
from casework.cases.oversight import Consequence, HandOver, SpotCheck, SpotChecked
from casework.cases.samples import Sample
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.filing.models import Disposal, Filing, Upload
from casework.intake.models import Confirmation
from casework.journal import JournalEntry, JournalSecret, LegalHold
from casework.leads.models import Lead, LeadStep, LeadTalk
from casework.models import metadata
from casework.notices.models import Provider
from casework.operations import erase_values as erasing
from casework.operations import legal_holds
from casework.operations.erase_values import Erased, erase_values
from casework.operations.legal_holds import lift_hold, place_hold
from casework.operations.story import tell
from casework.people.actors import actor_of
from casework.reports.models import Report, Signature
from casework.screening.models import EmployerDecision, ScreeningSettings
from casework.sealing import SealBroken, ring
from casework.storage import StoredFile
from tests.casework.factories import NOON, make_case, make_person, make_round, make_tree
from workflows.access import SYSTEM

pytestmark = pytest.mark.usefixtures("app")
WORDS = "李四，电话13812346021，称从未签约"
OTHER = "与此无关的一句话"
LATER = NOON + timedelta(days=366 * 11)
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
        ])  # fmt: skip
        subjects = {
            self.case.number: {
                "case_moves.words", "holds.reason", "case_hand_overs.reason", "spot_checked_cases.reason",
                "consequences.words", "consequences.document", "justified_changes.reason",
                "justified_changes.file_name",
            },
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


@pytest.fixture
def town():
    """Return a university whose journal holds two words about two cases, noted on a day in July 2024."""
    with clock.stopped_at(NOON), unit_of_work():
        made = Town()
        for case, words in ((made.case, WORDS), (made.other, OTHER)):
            tell(case, "note", actor=actor_of(made.investigator), words=words)
    return made


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


def broken(town):
    return list(journal.verify(town.tree.university.id))


def test_after_erasing_the_words_are_nowhere_and_the_chain_holds(town):
    assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}  # the dump sees what it looks for
    with clock.stopped_at(LATER):
        assert town.erase() == Erased(town.case.number, 1, 1)
    assert dumped(WORDS) == set()
    assert dumped(OTHER) == {"journal_secrets.value", "case_moves.words"}
    assert broken(town) == []
    entry = db.session.scalars(select(JournalEntry).filter_by(action="journal:erase")).one()
    assert (entry.subject, entry.facts) == (town.case.number, {"values": 1, "words": 1})
    assert [note.words for note in db.session.get_one(Case, town.case.id).moves if note.action == "note"] == [None]


def test_whatever_copies_the_words_is_erased_with_them_and_what_another_body_wrote_stays(town):
    with clock.stopped_at(NOON), unit_of_work():
        subjects = town.plant()
        town.note(town.tree.discipline, "LC24-R1")
        with_holds = {"reason": WORDS, "placed_at": NOON, "placed_by": "1", "lifted_at": NOON}
        db.session.add(LegalHold(organisation_id=town.tree.university.id, subject=town.case.number, **with_holds))
    subjects[town.case.number].add("legal_holds.reason")
    standing = set().union(*subjects.values())
    for subject, columns in subjects.items():
        assert dumped(WORDS) == {"journal_secrets.value", "disposals.words", *standing}
        with clock.stopped_at(LATER):
            assert town.erase(subject=subject).words == len(columns)
        standing -= columns
    assert dumped(WORDS) == {"journal_secrets.value", "disposals.words"}
    with clock.stopped_at(LATER), unit_of_work():
        erase_values(organisation=town.tree.discipline, subject="LC24-R1", reason="已过期限", actor=SYSTEM)
    assert (dumped(WORDS), broken(town)) == (set(), [])


def test_a_case_that_was_taken_over_is_erased_in_both_chains_by_whoever_has_it_and_by_nobody_else(town):
    province = town.tree.province
    supervisor = make_person("supervisor", province)
    with clock.stopped_at(NOON), unit_of_work():
        town.note(province, town.case.number)
        town.case.organisation, town.case.organisation_id = province, province.id
    with clock.stopped_at(NOON + timedelta(days=400)), unit_of_work():
        town.note(town.tree.university, town.case.number)
    given = {"organisation": province, "subject": town.case.number, "reason": "已过期限"}

    def erase():
        with unit_of_work():
            return erase_values(**given, actor=actor_of(supervisor))

    with clock.stopped_at(LATER), pytest.raises(Conflict, match="已不由本单位办理"):
        town.erase()
    with clock.stopped_at(NOON + timedelta(days=366 * 3 + 30)), pytest.raises(Conflict) as kept:
        erase()  # three years after what the new body did, not after what the old one did
    with clock.stopped_at(LATER):
        town.keep(place_hold)
        with pytest.raises(Conflict) as held:
            erase()  # the hold of the old body binds the new one
        assert (kept.value.code, held.value.code) == ("retention_floor", "legal_hold")
        assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}
        town.keep(lift_hold)
        assert (erase().words, dumped(WORDS)) == (2, set())
    assert [list(journal.verify(each.id)) for each in (province, town.tree.university)] == [[], []]


def test_what_somebody_takes_away_behind_the_back_is_found_and_an_erasing_before_it_excuses_nothing(town):
    gone = "封存的内容（words）已不在，此后没有清除它的记录。"
    with clock.stopped_at(LATER):
        town.erase()
        with unit_of_work():
            tell(town.case, "note", actor=actor_of(town.investigator), words=WORDS)
    with unit_of_work() as session:
        session.execute(text("DELETE FROM journal_secrets WHERE name = 'words'"))
    notes = db.session.scalars(select(JournalEntry).filter_by(action="case:note").order_by(JournalEntry.seq)).all()
    erased, other, after = (note.seq for note in notes)
    assert [(found.seq, found.reason % found.params) for found in broken(town)] == [(other, gone), (after, gone)]
    assert erased < other  # the naive check, which asks for no value, is content with all three


REFUSED = [
    ("before the floor of retention", NOON, {}, Conflict, "须保存到 2027-07-29"),
    ("a day before it", NOON.replace(year=2027, day=28), {}, Conflict, "须保存到"),
    ("without a reason", LATER, {"reason": " "}, Invalid, "必填"),
    ("what the journal does not know", LATER, {"subject": "LC24-9999"}, NotFound, "没有清除任何内容"),
]


@pytest.mark.parametrize(("moment", "given", "kind", "said"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED])
def test_it_is_refused_and_leaves_everything(town, moment, given, kind, said):
    with clock.stopped_at(moment), pytest.raises(kind) as refused:
        town.erase(**given)
    assert said in refused.value.message % (refused.value.params or {})
    assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}


FLOORS = [
    ("the last day of a month", date(2025, 7, 31), date(2028, 7, 31)),
    ("a usual day", date(2025, 2, 28), date(2028, 2, 28)),
    ("a day that most years do not have", date(2028, 2, 29), date(2031, 3, 1)),
]


@pytest.mark.parametrize(("last", "until"), [row[1:] for row in FLOORS], ids=[row[0] for row in FLOORS])
def test_the_floor_is_whole_years_and_never_a_day_less(town, last, until):
    moment = NOON.replace(year=last.year, month=last.month, day=last.day)
    with clock.stopped_at(moment), unit_of_work():
        case = make_case(town.tree.university, town.case.round, owner=town.investigator)
        journal.record(organisation_id=town.tree.university.id, action="x:y", actor="1", subject=case.number)
    with clock.stopped_at(moment), pytest.raises(Conflict) as refused:
        town.erase(subject=case.number)
    assert refused.value.params["floor"] == until.isoformat()


def test_nobody_but_the_head_of_office_erases(town):
    with clock.stopped_at(LATER), pytest.raises(Forbidden):
        town.erase(by=town.investigator)


def test_under_a_legal_hold_nothing_is_erased_until_it_is_lifted(town):
    with clock.stopped_at(LATER):
        town.keep(place_hold)
        town.keep(place_hold)  # placed twice it stands once
        with pytest.raises(Conflict, match="依法保全"):
            town.erase()
        town.keep(lift_hold)
        with pytest.raises(Conflict, match="没有依法保全"):
            town.keep(lift_hold)
        assert town.erase().words == 2  # in the story, and why it was held
    said = db.session.scalars(select(JournalEntry.action).filter_by(subject=town.case.number).order_by("seq"))
    assert [action for action in said if action.startswith("journal:")] == [
        "journal:hold",
        "journal:lift",
        "journal:erase",
    ]
    assert broken(town) == []


def test_a_hold_that_was_placed_while_erasing_waited_for_its_turn_is_seen(town, monkeypatch):
    waited_for = []

    def place_meanwhile(organisation_id):
        hold = {"reason": "涉诉", "placed_at": clock.now(), "placed_by": "1"}
        db.session.add(LegalHold(organisation_id=organisation_id, subject=town.case.number, **hold))
        waited_for.append(organisation_id)

    monkeypatch.setattr(erasing, "lock_organisation", place_meanwhile)
    monkeypatch.setattr(legal_holds, "lock_organisation", waited_for.append)
    with clock.stopped_at(LATER):
        with pytest.raises(Conflict, match="依法保全"):
            town.erase()
        town.keep(place_hold)  # and whoever places or lifts one waits for the same turn
        town.keep(lift_hold)
    assert waited_for == [town.tree.university.id] * 3
    assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}


def test_erasing_twice_finds_nothing_more_and_the_first_erasing_does_not_prolong_the_floor(town):
    with clock.stopped_at(LATER):
        town.erase()
        assert town.erase() == Erased(town.case.number, 1, 0)  # the reason of the first one
    assert db.session.query(JournalSecret).count() == 2
