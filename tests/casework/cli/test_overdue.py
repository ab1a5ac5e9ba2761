"""The overdue board from the terminal."""

from datetime import datetime, timedelta

import pytest

from casework import clock
from casework.doors.unit import unit_of_work
from tests.casework.factories import make_case
from tests.casework.operations.reporting import make_office

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2024, 8, 1, 10, tzinfo=clock.BEIJING)


@pytest.fixture(autouse=True)
def _thursday():
    with clock.stopped_at(NOW):
        yield


@pytest.fixture
def office():
    with unit_of_work():
        made = make_office()
        late = {"owner": made.investigator, "state": "investigating", "due_at": NOW - timedelta(days=2)}
        make_case(made.organisation, made.round_, number="LC24-7001", **late)
        make_case(made.organisation, made.round_, due_at=NOW + timedelta(days=3))
    return made


def test_the_board_is_printed(command_line, office):
    said = command_line.done("overdue", "show", "--as", office.supervisor.login, "--round", "2024", "--by", "owner")
    assert said.splitlines()[0] == "逾期1件，今天到期0件，在办2件，未派发1件。"
    assert [line.split() for line in said.splitlines()[1:]] == [
        ["1", "1", office.investigator.name],
        ["0", "1", "未派发"],
    ]


def test_an_owner_is_pressed_once_a_day(command_line, office):
    given = ("overdue", "press", office.investigator.login, "--organisation", office.organisation.code)
    assert command_line.done(*given, "--as", office.supervisor.login).strip() == "已催办1件逾期案件。"
    assert "今天10:00已经催办过" in command_line.refused(*given, "--as", office.supervisor.login)


def test_a_case_is_raised(command_line, office):
    given = ("overdue", "raise", "LC24-7001", "--note", "请协调", "--as", office.supervisor.login)
    assert command_line.done(*given).strip() == "已报分管领导。"
    assert "今天10:00已经上报过" in command_line.refused(*given)


@pytest.mark.parametrize(
    "given",
    [
        ("overdue", "press", "nobody", "--organisation", "X", "--as", "supervisor"),
        ("overdue", "raise", "LC24-9999", "--as", "supervisor"),
        ("overdue", "show", "--round", "2024", "--as", "investigator"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(command_line, office, given):
    *rest, role = given
    assert command_line.refused(*rest, getattr(office, role).login)
