"""Leads are linked, paired, parted and opened as cases from the terminal by the operations of the API."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import select

import casework.api
from casework.cases.models import Case
from casework.cli import lead_links as terminal
from casework.db import db
from tests.casework.cli.test_leads import Desk
from tests.casework.leads.office import read

pytestmark = pytest.mark.usefixtures("app")
SAME_IN_API = {
    "link": "link",
    "unlink": "unlink",
    "open": "open_case",
    "pair": "decide_leads",
    "part": "part",
}
"""What changes something, by its name here and there."""


@pytest.fixture
def desk(command_line):
    return Desk(command_line)


def test_every_change_of_the_api_has_its_command_and_the_other_way_round():
    source = (Path(casework.api.__file__).parent / "lead_links.py").read_text()
    views = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    changes = {view.name for view in views for each in view.decorator_list if ast.unparse(each.args[0]) == "'POST'"}
    assert changes == set(SAME_IN_API.values())
    assert {each.name for each in terminal.COMMANDS} == {*SAME_IN_API, "alike"}


def test_a_case_is_opened_from_a_lead_and_another_one_linked_to_it_and_taken_back(desk):
    lead, other = desk.take(), desk.take()
    given = ("--kind", "conduct", "--unit", "college:文学院", "--violation", "N1")
    assert "已由线索" in desk.done("open", lead, *given)
    case = db.session.scalars(select(Case)).one().number
    assert case in desk.refused("open", other, *given)
    assert "已关联案件" in desk.done("link", other, case)
    assert "没有重复关联" in desk.refused("link", other, case)
    assert read(other).state == "accepted"
    assert "已解除关联" in desk.done("unlink", other, case, "--reason", "不是同一事项")
    assert "没有关联" in desk.refused("unlink", other, case, "--reason", "不是同一事项")
    assert "没有找到案件" in desk.refused("link", other, "LC24-9999")
    for words in (("open", lead, *given), ("link", lead, case), ("alike", lead)):
        assert "没有找到线索" in desk.refused(*words, by="supervisor")
    assert db.session.query(Case).count() == 1


def test_two_leads_are_paired_and_parted(desk):
    first, later = desk.take("--received", "2024-07-25T10:00"), desk.take("--received", "2024-07-26T10:00")
    assert "没有找到线索" in desk.refused("pair", first, "LCX24-9999", "--same")
    assert "已并案" in desk.done("pair", later, first, "--same", "--reason", "同一件事")
    assert (read(first).state, read(later).state) == ("received", "merged")
    assert "没有并入其他线索" in desk.refused("part", first, "--reason", "并错了")
    desk.done("part", later, "--reason", "并错了")
    assert read(later).state == "received"
    assert "撤销" not in desk.done("pair", later, first, "--different")
    assert later not in desk.done("alike", first)
