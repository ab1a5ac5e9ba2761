"""Starting the service: the database is made first, and refused when it is of another version."""

import socket

import pytest
from sqlalchemy import text

from casework.db import db
from casework.doors.unit import unit_of_work


@pytest.fixture
def empty(command_line, tmp_path, monkeypatch):
    """Return the command line of an installation that has no database yet."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite3'}")
    return command_line


def test_a_command_on_a_database_that_was_never_made_says_what_to_do(empty):
    assert "casework init" in empty.refused("round", "2024")


def test_init_makes_the_database_and_may_be_run_again(empty):
    for _ in range(2):
        assert "数据库已就绪" in empty.done("init")
    assert "已建立" in empty.done("round", "2024")


def version():
    return db.session.scalar(text("SELECT version_num FROM alembic_version"))


def set_version(to):
    with unit_of_work():
        db.session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": to})


@pytest.fixture
def newer(app):
    """Let the database be one that a newer program has written; the next test finds it as it was."""
    with app.app_context():
        ours = version()
        set_version("9999")
        yield
        set_version(ours)


@pytest.mark.usefixtures("newer")
def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(command_line):
    for command in ("init", "check", "work"):
        assert "9999" in command_line.refused(command)
    assert version() == "9999"


def test_a_data_folder_that_cannot_be_used_is_named(empty, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CASEWORK_DATA", str(tmp_path / "file" / "data"))
    assert "CASEWORK_DATA" in empty.refused("init")


def test_up_refuses_a_taken_port_before_it_starts_anything(empty, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert "已被其他程序占用" in empty.refused("up", "--port", other.getsockname()[1])
    assert not (tmp_path / "new.sqlite3").exists()
