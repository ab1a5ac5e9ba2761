"""Rounds: opened from what ships, copied with other dates, and nothing about one year in code."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

import casework
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.operations.open_round import copy_round, open_round
from casework.people.actors import actor_of
from casework.rounds import queries
from casework.rounds.models import CodeEntry, Round
from tests.casework.factories import make_person, make_tree
from workflows.access import SYSTEM

DATES = {"university": date(2025, 8, 4), "province": date(2025, 8, 14), "ministry": date(2025, 8, 31)}

pytestmark = pytest.mark.usefixtures("app")


def shipped():
    with unit_of_work():
        return open_round(shipped="2024", actor=SYSTEM)


def copy(source, **values):
    given = {"code": "2025", "name": "2025届", "cohort": 2025, "dates": DATES} | values
    with unit_of_work():
        return copy_round(db.session.merge(source), actor=SYSTEM, **given)


def test_a_shipped_round_brings_its_dates_and_tables():
    round_ = shipped()
    assert {row.level: row.on for row in round_.dates} == {
        "university": date(2024, 8, 5),
        "province": date(2024, 8, 15),
        "ministry": date(2024, 8, 31),
    }
    assert queries.table(round_.id, "destination_code")["10"].name_zh
    assert [found.code for found in queries.open_rounds()] == ["2024"]


def test_a_copy_has_the_new_dates_and_everything_else_of_the_old_round():
    source = shipped()
    made = copy(source)
    assert {row.level: row.on for row in made.dates} == DATES
    assert (made.cohort, made.copied_from_id, made.settings) == (2025, source.id, source.settings)
    for table in ("destination_code", "violation", "rate_definition"):
        old, new = queries.table(source.id, table), queries.table(made.id, table)
        assert {code: (row.name_zh, row.attributes) for code, row in new.items()} == {
            code: (row.name_zh, row.attributes) for code, row in old.items()
        }
    assert [found.code for found in queries.open_rounds()] == ["2025", "2024"]


def test_changing_the_copy_leaves_the_source_as_it_was():
    source = shipped()
    made = copy(source)
    made.settings["limits"]["low"]["begin"] = 60
    db.session.expire(source)
    assert source.settings["limits"]["low"]["begin"] == 2


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"code": "2024"}, Conflict),
        ({"dates": {"university": date(2025, 8, 4)}}, Conflict),
        ({"code": " "}, Invalid),
        ({"code": "x" * 100}, Invalid),
        ({"name": ""}, Invalid),
    ],
    ids=["known", "dates missing", "no code", "endless code", "no name"],
)
def test_a_round_that_cannot_be_leaves_nothing(values, error):
    source = shipped()
    before = db.session.scalar(select(func.count()).select_from(CodeEntry))
    with pytest.raises(error):
        copy(source, **values)
    assert db.session.scalar(select(func.count()).select_from(Round)) == 1
    assert db.session.scalar(select(func.count()).select_from(CodeEntry)) == before


def test_no_round_ships_under_another_name():
    for name in ("1999", "../2024x"):
        with pytest.raises(NotFound):
            open_round(shipped=name, actor=SYSTEM)


def test_only_an_administrator_opens_a_round():
    tree = make_tree()
    with pytest.raises(Forbidden):
        open_round(shipped="2024", actor=actor_of(make_person("supervisor", tree.university)))
    assert open_round(shipped="2024", actor=actor_of(make_person("administrator", tree.university))).code == "2024"


# The official classifications of rates are named after their years.
NAMED_AFTER_YEARS = {"reports/rates.py", "reports/render/report.py", "demo.py", "demo_campaign.py"}


def years_in(path):
    constants = (
        node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
    )
    return [value for value in constants if re.fullmatch(r"20[12]\d", str(value))]


def test_nothing_about_one_year_stands_in_the_code():
    package = Path(casework.__file__).parent
    found = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if years_in(path)}
    assert found - NAMED_AFTER_YEARS == set()


def test_a_year_in_the_code_would_be_seen(tmp_path):
    naive = tmp_path / "naive.py"
    naive.write_text('cohort = 2024\nround_ = "2024"\nexample = "2024-08-05"\n')
    assert years_in(naive) == [2024, "2024"]
