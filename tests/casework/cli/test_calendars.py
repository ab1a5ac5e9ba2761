"""Calendars from the terminal: what is known, whether a file is fit, what it would move, and that it then counts."""

import json

import pytest

from casework import working_days
from casework.doors.unit import unit_of_work
from casework.operations.retime import retime
from tests.casework.factories import make_case, make_round, make_tree
from tests.casework.operations.test_load_calendar import NEW_HOLIDAY, NEXT_YEAR

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def case():
    with unit_of_work():
        made = make_case(make_tree().university, make_round(), state="investigating")
        retime(made)
    return made


@pytest.fixture
def notice(tmp_path):
    def write(text):
        path = tmp_path / "year.json"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_known_years_are_shown_with_their_notices_and_the_first_unknown_one(command_line):
    said = command_line.done("calendar", "show")
    assert all(f"{year}.1" in said for year in working_days.calendar().years)
    assert "国务院办公厅" in said
    assert "2027年及以后" in said


def test_a_file_is_checked_and_every_fault_is_named(command_line, notice):
    assert "2027.1 可以载入" in command_line.done("calendar", "check", notice(NEXT_YEAR))
    wrong = json.loads(NEXT_YEAR)
    wrong["holidays"][0]["make_up"] = ["2027-01-04"]
    wrong["holidays"].pop()
    said = command_line.refused("calendar", "check", notice(json.dumps(wrong)))
    assert "补班日" in said
    assert "国庆节" in said
    assert "不是年度节假日安排" in command_line.refused("calendar", "check", notice("[]"))


def test_trying_says_what_would_move_and_loads_nothing(command_line, notice, case):
    said = command_line.done("calendar", "try", notice(NEW_HOLIDAY))
    assert "2024.2 取代 2024.1" in said
    assert "轮次 2024" in said
    assert "没有写入任何内容" in said
    assert working_days.calendar().years[2024].version == "2024.1"


def test_a_loaded_year_counts_and_is_not_loaded_twice(command_line, notice, case):
    path = notice(NEXT_YEAR)
    assert "日历已载入" in command_line.done("calendar", "load", path, "--reason", "通知")
    assert 2027 in working_days.calendar().years
    assert "已载入" in command_line.done("calendar", "show")
    assert "不比它新" in command_line.refused("calendar", "load", path, "--reason", "通知")


def test_deadlines_are_computed_anew_on_demand(command_line, case):
    assert "看了 1 件，移动 0 件" in command_line.done("calendar", "retime", "--round", "2024")
