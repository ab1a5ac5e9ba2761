"""`casework check`: facts, and a loud failure when one of them is wrong."""

import json

import pytest
from sqlalchemy import update

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.operations.report_lead import report_lead
from tests.casework.factories import make_person, make_tree
from tests.casework.leads.office import leads
from tests.casework.notices.office import office
from tests.support.walls import behind_its_back

__all__ = ["leads", "office"]
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def journalled(command_line):
    """Return the command line of an installation whose journal has entries."""
    with unit_of_work():
        person = make_person("supervisor", make_tree().university)
    for name in ("甲", "乙"):
        command_line.done("token", person.login, "--name", name)
    return command_line


def test_a_sound_installation_passes(journalled):
    said = journalled.done("check")
    assert "完整" in said
    assert "不完整" not in said
    assert "队列服务：不可用" in said


def test_an_entry_that_was_changed_behind_the_service_is_found_with_its_place(journalled):
    with unit_of_work():
        first = db.session.query(JournalEntry).order_by(JournalEntry.seq).first()
    behind_its_back(update(JournalEntry).where(JournalEntry.id == first.id).values(action="people:none"))
    result = journalled.run("check")
    assert result.exit_code == 1
    assert "不完整" in result.output
    assert f"#{first.seq}:" in result.output
    assert "Traceback" not in result.output


@pytest.fixture
def statement(command_line, leads, settings, tmp_path):
    """Return what a reporter took away from their receipt, and the file that it lies in."""
    with unit_of_work():
        said = report_lead(
            organisation=leads.bodies["university"],
            round=leads.office.round,
            title="要求签约",
            content="辅导员要求签约。",
            settings=settings,
        ).statement
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    return said, file


def test_a_statement_of_ours_is_confirmed_without_telling_what_was_reported(command_line, statement):
    said = command_line.done("check", "statement", statement[1])
    assert "属实" in said
    assert "辅导员" not in said


def test_a_statement_that_is_not_ours_was_changed_or_is_no_statement_is_refused(command_line, statement):
    said, file = statement
    for content in (json.dumps(said | {"received_at": "2020-01-01"}), "{}", "[]", "no JSON", '{"signature": 1}'):
        file.write_text(content, encoding="utf-8")
        result = command_line.run("check", "statement", file)
        assert (result.exit_code, "不属实" in result.output) == (1, True), content


def test_a_statement_whose_place_in_the_journal_is_gone_says_so(command_line, statement):
    said, file = statement
    behind_its_back(update(JournalEntry).where(JournalEntry.hash == said["journal"]["hash"]).values(hash="0" * 64))
    result = command_line.run("check", "statement", file)
    assert (result.exit_code, "日志中没有它所指的那一条" in result.output) == (1, True)
