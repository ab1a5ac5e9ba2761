"""The audit from the terminal: a day is judged, its question is read and answered, and the entries are listed."""

from datetime import datetime

import pytest

from casework import clock, journal
from casework.doors.unit import unit_of_work
from tests.casework.operations.reporting import make_office

pytestmark = pytest.mark.usefixtures("app")
NOON = datetime(2026, 7, 29, 12, tzinfo=clock.BEIJING)


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.stopped_at(NOON):
        yield


@pytest.fixture
def office():
    with unit_of_work():
        made = make_office()
        for _ in range(40):
            journal.record(
                organisation_id=made.organisation.id,
                action="evidence:open",
                actor=str(made.investigator.id),
                subject="LC24-9999",
                chain=journal.LOOKS,
            )
    return made


def test_a_day_is_judged_read_and_answered(command_line, office):
    on, head, reader = clock.today().isoformat(), ("--as", office.supervisor.login), office.investigator.login
    assert command_line.done("audit", "look", "--on", on) == "新提出1项询问。\n"
    assert command_line.done("audit", "look", "--on", on) == "新提出0项询问。\n"
    waits, ref, day, who, sentence = command_line.done("audit", "questions", *head).split(maxsplit=4)
    assert (waits, day, who) == ("*", on, reader)
    assert "请说明" in sentence
    answered = ("audit", "answer", ref, "--outcome", "explained", "--words", "集中核对。", *head)
    assert command_line.done(*answered) == "已记下了解到的情况。\n"
    assert "已经答复" in command_line.refused(*answered)
    listed = command_line.done("audit", "list", "--group", "question", *head)
    assert "集中核对。  [命令行]" in listed
    assert command_line.done("audit", "list", "--group", "look", "--limit", "3", *head).count("打开了案件") == 3
    assert f"{reader}" in command_line.done("audit", "people", *head)
    assert "不能查看审计记录" in command_line.refused("audit", "list", "--as", reader)
    assert "今天或之前" in command_line.refused("audit", "look", "--on", "2999-01-01")
