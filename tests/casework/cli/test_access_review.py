"""The access review from the terminal: the same lines, the same decisions and refusals as on its page."""

import pytest

from casework.doors.unit import unit_of_work
from casework.people.ways_in import AccessDecision
from tests.casework.factories import make_person, make_tree

pytestmark = pytest.mark.usefixtures("app")
WEAK = "no_second_factor"


@pytest.fixture
def people():
    """Return an administrator, and somebody of whom two things are asked: never signed in, no second factor."""
    with unit_of_work():
        tree = make_tree()
        return [make_person(role, tree.university).login for role in ("administrator", "investigator")]


def lines(command_line, administrator, login):
    listed = command_line.done("review", "list", "--as", administrator).splitlines()
    return {line.split("\t")[1] for line in listed if line.startswith(f"{login}\t")}


def test_a_line_is_listed_until_it_is_kept_or_ended(command_line, people):
    administrator, login = people
    assert lines(command_line, administrator, login) == {"idle", WEAK}
    only = command_line.done("review", "list", "--finding", WEAK, "--as", administrator)
    assert "没有第二重验证" in only
    assert "超过90天没有登录" not in only
    command_line.done("review", "confirm", login, WEAK, "--reason", "已约定本周设置", "--as", administrator)
    assert lines(command_line, administrator, login) == {"idle"}
    command_line.done("review", "end", login, "idle", "--reason", "已离职", "--as", administrator)
    assert lines(command_line, administrator, login) == set()
    decided = {(each.finding, each.decision) for each in AccessDecision.query}
    assert decided == {(WEAK, "confirmed"), ("idle", "ended")}


def test_what_is_refused_decides_nothing(command_line, people):
    administrator, login = people
    for given in (
        (login, WEAK, "--reason", " ", "--as", administrator),
        (login, "many_roles", "--reason", "核对过", "--as", administrator),
        (login, WEAK, "--reason", "核对过", "--as", login),
        (administrator, WEAK, "--reason", "核对过", "--as", administrator),
        ("nobody", WEAK, "--reason", "核对过", "--as", administrator),
    ):
        for verb in ("confirm", "end"):
            command_line.refused("review", verb, *given)
    assert AccessDecision.query.count() == 0
