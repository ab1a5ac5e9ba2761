"""A university with a round whose values are planted everywhere, and a look for them wherever they could be."""

from sqlalchemy import select

from casework import journal, storage
from casework.cases.models import Move
from casework.db import db
from casework.intake.models import Change, Confirmation
from casework.leads.models import Lead, LeadFile, LeadStep, LeadTalk
from casework.overview.erasures import Erasure
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
