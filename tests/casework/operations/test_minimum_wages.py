"""What a round rests on is handed in by who sets rounds, as a table of the round; it touches no record."""

import pytest
from sqlalchemy import func, select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, NotFound
from casework.intake.models import Batch
from casework.operations.confirm_batch import confirm_batch, drop_batch
from casework.rounds import queries as rounds
from tests.casework.sample_university import (
    UNIVERSITY,
    get,
    graduate,
    hand_in,
    officer,
    open_university,
    registration,
    round_,
    stage,
    take,
)


@pytest.fixture(autouse=True)
def _university(app):
    open_university()


WAGES = UNIVERSITY / "local_min_wage.csv"


def wages():
    return {code: (row.name_zh, row.attributes) for code, row in rounds.table(round_().id, "minimum_wage").items()}


def test_minimum_wages_become_a_table_of_the_round(settings):
    counts = get(hand_in(WAGES, settings, login="U026"), "U026").counts
    assert (counts["rows"], counts["new"], counts["changed"]) == (75, 75, 0)
    assert wages()["420100"] == ("湖北省武汉市", {"monthly": "2210"})


def test_a_newer_list_replaces_the_places_that_it_names_and_no_others(settings, tmp_path):
    hand_in(WAGES, settings, login="U026")
    newer = tmp_path / "newer.csv"
    newer.write_text(
        "地区代码,地区名称,月最低工资标准\n420100,湖北省武汉市,2300.50\n429000,湖北省直辖县级,1800\n110000,北京市,26\n",
        encoding="utf-8",
    )
    counts = get(hand_in(newer, settings, login="U026"), "U026").counts
    assert (counts["new"], counts["changed"]) == (1, 1)
    found = wages()
    assert found["420100"][1] == {"monthly": "2300.50"}
    assert found["110000"][1] == {"monthly": "2420"}  # an hourly figure changes nothing
    assert len(found) == 76


def test_who_imports_records_does_not_set_what_a_round_rests_on(settings):
    with pytest.raises(Forbidden):
        take(WAGES, settings)
    ref = take(WAGES, settings, login="U026")
    stage(ref, settings, login="U026")
    with pytest.raises(Forbidden), unit_of_work():
        confirm_batch(get(ref, "U026"), actor=officer(), settings=settings)
    with pytest.raises(Forbidden), unit_of_work():
        drop_batch(get(ref, "U026"), actor=officer(), settings=settings)
    assert wages() == {}
    assert get(ref, "U026").state == "staged"


def test_who_sets_rounds_does_not_import_records(settings, tmp_path):
    with pytest.raises((Forbidden, NotFound)):
        take(registration(tmp_path, graduate(1)), settings, login="U026")
    assert db.session.scalar(select(func.count(Batch.id))) == 0
