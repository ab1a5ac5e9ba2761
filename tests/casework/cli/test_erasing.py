"""`casework erase`: refused with a sentence before its time and under a hold; said when done."""

import pytest

from casework import clock, journal
from casework.doors.unit import unit_of_work
from tests.casework.factories import NOON, make_person, make_round, make_tree

pytestmark = pytest.mark.usefixtures("app")


def test_values_are_erased_after_their_time_and_never_under_a_hold(command_line):
    with clock.stopped_at(NOON), unit_of_work():
        university = make_tree().university
        make_round()
        login = make_person("supervisor", university).login
        said = {"action": "case:note", "actor": "7", "subject": "LC24-0001", "personal": {"words": "…"}}
        journal.record(organisation_id=university.id, **said)
    where = ("LC24-0001", "--at", university.code, "--reason", "到期", "--as", login)

    def refused(*arguments):
        result = command_line.run("erase", *arguments)
        assert result.exit_code == 1
        return result.output

    with clock.stopped_at(NOON):
        assert "须保存到 2027-07-29" in refused("values", *where)
    with clock.stopped_at(NOON.replace(year=2030)):
        command_line.done("erase", "hold", *where)
        assert "依法保全" in refused("values", *where)
        command_line.done("erase", "lift", *where)
        assert "日志 5 项" in command_line.done("erase", "values", *where)  # with the two reasons about the hold
    assert list(journal.verify(university.id)) == []
