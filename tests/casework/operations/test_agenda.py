"""The calendar of a person: their cases; for heads of office the reports and dates; and an identity that stays."""

from datetime import date

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.agenda import agenda
from casework.operations.retime import retime
from tests.casework.notices.office import OPENED


@pytest.fixture(autouse=True)
def _now():
    with clock.stopped_at(OPENED):
        yield


@pytest.fixture
def case(office):
    with unit_of_work():
        made = office.make_case(state="investigating")
        retime(made)
    return made


def of(office, name):
    return [(entry.params["number"], entry.on) for entry in agenda(office.people[name]) if "number" in entry.params]


def test_an_owner_sees_the_day_of_each_own_open_case_and_nothing_else(office, case):
    with unit_of_work():
        for values in ({"state": "filed"}, {"state": "merged"}, {"owner": office.people["second"]}):
            retime(office.make_case(**values))
    assert of(office, "owner") == [(case.number, date(2024, 7, 31))]
    assert len(agenda(office.people["owner"])) == 1


@pytest.mark.parametrize(
    ("name", "days"),
    [("supervisor", 4), ("vice", 4), ("party", 4), ("second", 0), ("province", 3)],
)
def test_heads_of_office_see_their_report_and_the_dates_of_the_round(office, name, days):
    with unit_of_work():
        office.make_report()
        office.make_report(state="filed")
    assert len(agenda(office.people[name])) == days


def test_a_moved_deadline_moves_the_entry_and_does_not_make_another(office, case):
    [before] = agenda(office.people["owner"])
    with unit_of_work():
        case.severity = "high"
        retime(case)
    [after] = agenda(office.people["owner"])
    assert (before.uid, before.on, after.on) == (after.uid, date(2024, 7, 31), date(2024, 7, 29))
    assert after.version > before.version


def test_a_moved_date_of_the_round_moves_its_entry(office):
    before = {entry.uid: entry.on for entry in agenda(office.people["supervisor"])}
    with unit_of_work():
        national = next(row for row in office.round.dates if row.level == "university")
        national.on = date(2024, 8, 2)
    db.session.expire_all()
    after = {entry.uid: entry.on for entry in agenda(office.people["supervisor"])}
    assert before.keys() == after.keys()
    assert {uid for uid in before if before[uid] != after[uid]} != set()


def test_a_closed_round_has_no_dates(office):
    with unit_of_work():
        office.make_report()
        office.round.closed_at = OPENED
    assert agenda(office.people["supervisor"]) == ()


def test_no_entry_says_what_a_case_is_about(office, case):
    with unit_of_work():
        case.title = "欧阳晓明疑似虚假就业"
    assert "欧阳" not in repr(agenda(office.people["owner"]))
    assert "疑似" not in repr(agenda(office.people["owner"]))
