"""A round over its ceiling is proposed by night, erased by a person, and what was erased stands nowhere any more."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock, journal, storage
from casework.cases.models import Case, Correction, Move, Verification
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Change, Confirmation, Record
from casework.jobs.retention import propose_erasures
from casework.leads.models import Lead, LeadFile, LeadStep, LeadTalk
from casework.operations.legal_holds import place_hold
from casework.operations.personal_parts import Matters
from casework.operations.sealed_places import columns
from casework.overview.erasures import Erasure
from casework.people.actors import actor_of
from casework.screening.models import Finding
from tests.casework.factories import (
    NOON,
    add_correction,
    add_verification,
    make_batch,
    make_case,
    make_finding,
    make_person,
    make_record,
    make_round,
    make_tree,
)
from tests.casework.operations.erasing import dumped

PASSWORD = "correct horse battery"
NAME, NUMBER, PHONE, ID = "欧阳晓明", "202022120208", "13812346021", "110101200001011234"
REPORTER, WORDS = "举报人司马光", "他说从未签约，邮箱xm@stu.example.cn"
PLANTED = (NAME, NUMBER, PHONE, ID, REPORTER, WORDS)
LATER = NOON.replace(year=2035)


KEPT = {
    *("persons.mobile", "authenticators.secret", "mandates.reason"),  # of staff, whatever the round
    *("relations.reason", "relations.why_withdrawn", "reading_questions.answer"),  # likewise
    *("idempotency_keys.answer", "lead_drafts.answers"),  # gone within a day by themselves
    "journal_secrets.value",  # by `erase_values`, matter by matter
}


class Office:
    def __init__(self, settings):
        tree, round_ = make_tree(), make_round()
        self.tree, self.settings = tree, settings
        self.head = make_person("supervisor", tree.university, password=PASSWORD)
        owner = make_person("investigator", tree.university)
        sealed = {"phone": PHONE, "id_number": ID, "statement": WORDS}
        self.record = make_record(tree.university, round_, name=NAME, student_no=NUMBER, sealed=sealed)
        place = {"organisation_id": tree.university.id, "round_id": round_.id}
        self.case = make_case(tree.university, round_, records=[self.record], owner=owner, state="investigating")
        self.case.title, self.case.conclusion_note = f"{NAME}的去向", WORDS
        self.case.moves.append(Move(action="note", words=WORDS))
        add_verification(self.case, by=owner, note=WORDS)
        add_correction(self.case, by=owner, field="employer_phone", old=PHONE, new="02787654321")
        make_finding(tree.university, round_, observed={"student_no": NUMBER, "name": NAME})
        lead = Lead(number="LC24-L1", channel="LETTER", received_at=NOON, title=WORDS, content=WORDS,
                    reporter={"name": REPORTER, "phone": PHONE}, about={"student_nos": [NUMBER]}, **place)  # fmt: skip
        db.session.add(lead)
        db.session.flush()
        self.content = f"%PDF-1.4 {NAME} {ID}\n%%EOF\n".encode()
        file = storage.keep(self.content, media_type="application/pdf", folder=settings.files_dir)
        batch = make_batch(tree.university, round_)
        db.session.add_all([
            LeadTalk(lead_id=lead.id, kind="answer", words=WORDS),
            LeadStep(lead_id=lead.id, action="note", words=WORDS),
            LeadFile(lead_id=lead.id, file_id=file.id, name=f"{NAME}.pdf", size=9),
            Confirmation(record_id=self.record.id, status="wrong_information", snapshot_on=NOON.date(), words=WORDS),
            Change(log_id="1", student_no=NUMBER, changed_at=NOON, operator="F1", operator_role="x",
                   old_employer=NAME,
                   batch_id=batch.id, **place),
        ])  # fmt: skip
        self.file = file
        for subject in (self.case.number, lead.number):
            journal.record(organisation_id=tree.university.id, action="x:note", actor="1", subject=subject,
                           personal={"words": WORDS})  # fmt: skip

    def login(self):
        return self.head.login


@pytest.fixture
def office(app):
    with clock.stopped_at(NOON), unit_of_work():
        return Office(app.extensions["casework"])


def proposal():
    db.session.rollback()
    return db.session.scalars(select(Erasure)).one_or_none()


def everywhere(office):
    """Return where a planted value can still be read: in a column, or in any byte of the data folder."""
    db.session.rollback()
    found = {f"{place}: {value}" for value in PLANTED for place in dumped(value)}
    for path in office.settings.data_dir.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found |= {f"{path.name}: {value}" for value in PLANTED if value.encode() in content}
    return found


def test_a_round_is_proposed_after_its_ceiling_and_never_before_and_once(office):
    for moment, expected in ((NOON.replace(year=2034), 0), (LATER, 1), (LATER + timedelta(days=1), 0)):
        with clock.stopped_at(moment):
            assert propose_erasures() == {"proposals": expected}
    found = proposal()
    assert (found.over_on.isoformat(), found.done_at) == ("2034-12-31", None)
    assert (found.counts["records"], found.counts["cases"], found.counts["leads"], found.counts["files"]) == (
        1,
        1,
        1,
        1,
    )
    assert everywhere(office)  # proposing erases nothing


def test_what_the_head_of_the_office_confirms_stands_nowhere_any_more_and_the_chain_holds(
    office, command_line, tmp_path
):
    paper = tmp_path / "proof.txt"
    with clock.stopped_at(LATER):
        propose_erasures()
        ref = proposal().ref
        before = everywhere(office)
        assert {value for value in PLANTED if any(value in place for place in before)} == set(PLANTED)
        told = ("erase", "round", ref, "--reason", "保存期限届满", "--proof", paper, "--password-stdin", "--as")
        assert "密码" in command_line.refused(*told, office.login(), given="wrong password\n")
        assert everywhere(office) == before
        command_line.done(*told, office.login(), given=f"{PASSWORD}\n")
        assert everywhere(office) == set()
        assert not storage.present(db.session.merge(office.file), folder=office.settings.files_dir)
        assert list(journal.verify(office.tree.university.id)) == []
        assert "已经办理" in command_line.refused(*told, office.login(), given=f"{PASSWORD}\n")
        assert "已清除" in command_line.done("erase", "list", "--as", office.login())
        assert paper.read_text() == command_line.done("erase", "proof", ref, "--as", office.login())
    said = paper.read_text()
    assert "毕业生登记　1" in said
    assert re.search(r"默克尔根 [0-9a-f]{64}", said)
    kept = [db.session.query(model).count() for model in (Record, Case, Lead, Finding, Verification, Correction)]
    assert kept == [1, 1, 1, 1, 1, 1]
    command_line.done("check", "files")


def test_every_sealed_column_is_erased_with_its_round_or_it_is_said_why_not():
    erased = set()
    for statement in Matters(1, 1).changes(at=NOON):
        names = statement.table.c.keys() if statement.is_delete else [column.name for column in statement._values]
        erased |= {f"{statement.table.name}.{name}" for name in names}
    assert {place.name for place in columns()} - erased == KEPT


def test_a_hold_on_one_matter_and_a_floor_of_one_matter_stop_the_whole(office, command_line, tmp_path):
    with clock.stopped_at(LATER):
        propose_erasures()
        ref = proposal().ref
        told = ("erase", "round", ref, "--reason", "到期", "--proof", tmp_path / "p", "--password-stdin", "--as")
        with unit_of_work():
            journal.record(organisation_id=office.tree.university.id, action="x:note", actor="1",
                           subject=office.case.number, personal={"words": WORDS})  # fmt: skip
        before = everywhere(office)
        assert "须保存到" in command_line.refused(*told, office.login(), given=f"{PASSWORD}\n")
        with unit_of_work():
            held = {"subject": office.case.number, "reason": "涉诉", "actor": actor_of(office.head)}
            place_hold(organisation=office.tree.university, **held)
        assert "依法保全" in command_line.refused(*told, office.login(), given=f"{PASSWORD}\n")
        assert before <= everywhere(office)
        assert proposal().done_at is None


def test_only_the_head_of_the_own_office_confirms(office, command_line, tmp_path):
    with clock.stopped_at(LATER):
        propose_erasures()
        with unit_of_work():
            other = make_person("supervisor", office.tree.province, password=PASSWORD).login
            clerk = make_person("investigator", office.tree.university, password=PASSWORD).login
        told = ("erase", "round", proposal().ref, "--reason", "到期", "--proof", tmp_path / "p", "--password-stdin")
        for login in (other, clerk):
            command_line.refused(*told, "--as", login, given=f"{PASSWORD}\n")
        assert proposal().done_at is None
