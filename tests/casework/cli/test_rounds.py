"""A round from the terminal: opened once, its files taken in after a look, screened."""

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Batch, Record
from casework.rounds.models import Round
from tests.casework.factories import make_person, make_round, make_tree

pytestmark = pytest.mark.usefixtures("app")
HEADER = "学号,姓名,院系,学历层次,毕业年份,毕业去向类别代码,毕业去向"
GOOD = "202022110001,赵安宁,文学院,本科生毕业,2024,70,待就业"
BAD = ",钱晓晨,文学院,本科生毕业,2024,70,待就业"


@pytest.fixture
def where():
    """Return what every import names: who, for which university, into which round."""
    with unit_of_work():
        tree = make_tree()
        supervisor, auditor = (make_person(role, tree.university) for role in ("supervisor", "auditor"))
        make_round()
    return {
        login: ("--as", login, "--organisation", tree.university.code, "--round", "2024")
        for login in (supervisor.login, auditor.login)
    } | {"supervisor": supervisor.login, "auditor": auditor.login}


@pytest.fixture
def export(tmp_path):
    def write(*rows, name="graduates_2024-07-25.csv"):
        path = tmp_path / name
        path.write_text("\n".join((HEADER, *rows)), encoding="utf-8-sig")
        return path

    return write


def records():
    return [record.student_no for record in db.session.query(Record)]


def test_a_round_is_opened_with_its_tables_once(command_line):
    assert "2024届" in command_line.done("round", "2024")
    command_line.refused("round", "2024")
    assert db.session.query(Round).count() == 1


def test_a_round_that_does_not_ship_is_named(command_line):
    assert "1999" in command_line.refused("round", "1999")


def test_what_cannot_be_read_is_listed_before_anything_is_written(command_line, where, export):
    said = command_line.done("import", export(GOOD, BAD), *where[where["supervisor"]], given="y\n")
    assert "第 2 行 学号" in said
    assert "写入这些行吗？" in said
    assert records() == ["202022110001"]


def test_whoever_does_not_agree_writes_nothing(command_line, where, export):
    said = command_line.done("import", export(GOOD), *where[where["supervisor"]], given="n\n")
    assert "没有写入任何内容" in said
    assert (records(), db.session.query(Batch).one().state) == ([], "dropped")


def test_the_same_file_is_not_taken_twice(command_line, where, export):
    words = ("import", export(GOOD), *where[where["supervisor"]], "--yes")
    command_line.done(*words)
    assert "没有重复导入" in command_line.refused(*words)
    assert len(records()) == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", "甲,乙\n1,2\n".encode()], ids=["empty", "pdf", "no headers"])
def test_a_file_that_is_no_export_is_refused_in_a_sentence(command_line, where, tmp_path, content):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    command_line.refused("import", path, *where[where["supervisor"]], "--yes")
    assert db.session.query(Batch).count() == 0


def test_who_may_only_read_imports_and_screens_nothing(command_line, where, export):
    for words in (("import", export(GOOD), "--yes"), ("screen",)):
        command_line.refused(*words, *where[where["auditor"]])
    assert (records(), db.session.query(Batch).count()) == ([], 0)


def test_screening_before_the_first_import_says_what_is_missing(command_line, where):
    assert "请先导入" in command_line.refused("screen", *where[where["supervisor"]])


def test_screening_counts_by_rule_and_opens_only_when_asked(command_line, where, export):
    command_line.done("import", export(GOOD), *where[where["supervisor"]], "--yes")
    said = command_line.done("screen", *where[where["supervisor"]])
    assert "uscc_invalid" in said
    assert "立案 0 件" not in said
    assert "立案 0 件" in command_line.done("screen", *where[where["supervisor"]], "--open")
