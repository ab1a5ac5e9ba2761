"""Ties, requests above and mandates from the terminal: the same operations, the same refusals."""

from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.people.models import Relation
from tests.casework.factories import make_case
from tests.casework.operations.reporting import make_office

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def office():
    with unit_of_work():
        return make_office()


def test_a_tie_is_declared_listed_and_withdrawn(command_line, office):
    with unit_of_work():
        case = make_case(office.organisation, office.round_, owner=office.investigator, state="investigating")
        number, student = case.number, case.records[0].record.student_no
    me, above = office.investigator.login, office.supervisor.login
    given = ("tie", "declare", me, "--kind", "kin", "--value", student)
    ref, taken = command_line.done(*given, "--as", me).splitlines()
    assert number in taken
    assert "已经申报过" in command_line.refused(*given, "--as", me)
    listed = command_line.done("tie", "list", me, "--as", above)
    assert ref in listed
    assert student not in listed
    assert "由本人或系统管理员" in command_line.refused("tie", "list", office.party_leader.login, "--as", above)
    command_line.done("tie", "withdraw", ref, "--reason", "填错了", "--as", me)
    db.session.rollback()
    assert db.session.query(Relation).one().withdrawn_at is not None


def test_the_level_above_is_asked_gives_back_and_takes_over(command_line, office):
    with unit_of_work():
        province = make_office(level="province", tree=office.tree)
        number = make_case(office.organisation, office.round_, owner=office.investigator).number
    owner, above = office.investigator.login, province.supervisor.login
    assert "湖北省" in command_line.done("above", "ask", number, "--reason", "均须回避", "--as", owner)
    ref = command_line.done("above", "list", "--as", above).split()[0]
    command_line.done("above", "return", ref, "--reason", "请改派", "--as", above)
    assert command_line.done("above", "list", "--as", above).strip() == ""
    command_line.done("above", "take", number, "--reason", "仍由本厅办理", "--as", above)
    assert "提级办理" in command_line.refused("case", "show", number, "--as", owner)


def test_a_mandate_is_filed_listed_and_revoked(command_line, office):
    today = clock.today()
    given = [
        "mandate", "add", "--organisation", office.organisation.code, "--round", office.round_.code, "--slot",
        "party_leader", "--principal", office.party_leader.login, "--delegate", office.vice_leader.login, "--from",
        today.isoformat(), "--document", "授权3号", "--reason", "外出", "--as", office.supervisor.login,
    ]  # fmt: skip
    assert "文件登记有误" in command_line.refused(*given, "--to", (today + timedelta(days=92)).isoformat())
    ref = command_line.done(*given, "--to", today.isoformat()).strip()
    command_line.done("mandate", "revoke", ref, "--as", office.supervisor.login)
    assert "已撤销" in command_line.done("mandate", "list", "--as", office.party_leader.login)
