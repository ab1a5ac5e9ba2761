"""`casework check`: facts, and a loud failure when one of them is wrong."""

import pytest
from sqlalchemy import update

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from tests.casework.factories import make_person, make_tree

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
        db.session.execute(update(JournalEntry).where(JournalEntry.id == first.id).values(action="people:none"))
    result = journalled.run("check")
    assert result.exit_code == 1
    assert "不完整" in result.output
    assert f"#{first.seq}:" in result.output
    assert "Traceback" not in result.output
