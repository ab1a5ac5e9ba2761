"""Whoever asks what is held about them gets all of it with its source, and nothing about anybody else."""

import io

import pytest
from docx import Document
from sqlalchemy import select

from casework import clock
from casework.cases.models import CaseLead, Move
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Confirmation
from casework.journal import LOOKS, JournalEntry
from casework.leads.models import Lead
from tests.casework.factories import (
    NOON,
    add_correction,
    add_verification,
    make_case,
    make_person,
    make_record,
    make_round,
    make_tree,
)

MINE = {"phone": "13812346021", "id_number": "110101200001011234", "email": "xm@stu.example.cn"}
ANSWER, REPORTER, LETTER, OTHER = "我已换了单位", "举报人司马光", "室友说他没去上班", "13912340000"


@pytest.fixture
def town(app):
    with clock.stopped_at(NOON), unit_of_work():
        tree, round_ = make_tree(), make_round()
        owner = make_person("investigator", tree.university)
        record = make_record(tree.university, round_, name="欧阳晓明", student_no="202022120208", sealed=MINE)
        other = make_record(tree.university, round_, name="李四", student_no="202022120209", sealed={"phone": OTHER})
        place = {"organisation_id": tree.university.id, "round_id": round_.id}
        told, plain = (make_case(tree.university, round_, records=[record, other], owner=owner, state="investigating",
                                 conclusion="unfounded") for _ in range(2))  # fmt: skip
        for case in (told, plain):
            add_verification(case, by=owner, note=LETTER)
            case.moves.append(Move(action="note", words=LETTER))
        add_correction(plain, by=owner, field="phone", old="13812340001", new=MINE["phone"])
        lead = Lead(number="LC24-L1", channel="LETTER", received_at=NOON, title=LETTER, content=LETTER,
                    reporter={"name": REPORTER}, about={}, **place)  # fmt: skip
        db.session.add(lead)
        db.session.flush()
        db.session.add_all([
            CaseLead(case_id=told.id, lead_id=lead.id),
            Confirmation(record_id=record.id, status="wrong_information", snapshot_on=NOON.date(), words=ANSWER),
        ])  # fmt: skip
        administrator = make_person("administrator", tree.university)
        return {"at": tree.university.code, "owner": owner.login, "administrator": administrator.login,
                "auditor": make_person("auditor", tree.university).login}  # fmt: skip


def words(path):
    document = Document(io.BytesIO(path.read_bytes()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


def test_a_graduate_gets_everything_about_themselves_and_nobody_else(town, command_line, tmp_path):
    path = tmp_path / "answer.docx"
    told = ("subject", "graduate", "--at", town["at"], "--reason", "7月29日书面申请", "--output", path, "--as")
    for login in (town["auditor"], town["administrator"]):
        command_line.refused(*told, login, given="202022120208\n")
    command_line.refused(*told, town["owner"], given="1\n")
    assert not path.exists()
    command_line.done(*told, town["owner"], given="202022120208\n")
    said = words(path)
    expected = (
        "欧阳晓明",
        "202022120208",
        *MINE.values(),
        "我已换了单位",
        "13812340001 → ",
        "来源：",
        "7月29日书面申请",
    )
    assert [value for value in expected if value not in said] == []
    assert [value for value in (REPORTER, LETTER, OTHER, "李四", "202022120209") if value in said] == []
    assert "反映人的身份" in said
    (entry,) = db.session.scalars(select(JournalEntry).filter_by(chain=LOOKS, action="person:report")).all()
    assert entry.facts["mark"] in said
    assert "202022120208" not in str(entry.facts) + entry.subject


def test_a_member_of_staff_gets_account_posts_and_deeds(town, command_line, tmp_path):
    path = tmp_path / "answer.docx"
    told = ("subject", "member", town["owner"], "--at", town["at"], "--reason", "申请", "--output", path, "--as")
    command_line.refused(*told, town["owner"])
    command_line.done(*told, town["administrator"])
    assert [value for value in ("职务", town["owner"], "investigator") if value not in words(path)] == []
