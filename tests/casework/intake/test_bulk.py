"""Rows that went past the ORM read back through it as if they had not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from casework.db import db, new_ref
from casework.doors.unit import unit_of_work
from casework.intake import bulk
from casework.intake.bulk import insert_rows
from casework.intake.models import Employer, Revision
from casework.promises import Promise
from casework.sealing import ring
from tests.casework.factories import make_batch, make_record, make_round, make_tree

MOMENT = datetime(2024, 8, 5, 23, 59, 59, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))

pytestmark = pytest.mark.usefixtures("app")


def test_every_type_reads_back_as_it_went_in():
    tree, round_ = make_tree(), make_round()
    record = make_record(tree.university, round_)
    sealed = ring().seal(b'{"phone": "13812346021"}', "revision")
    values = {
        "record_id": record.id,
        "number": 2,
        "batch_id": make_batch(tree.university, round_).id,
        "changed": ["pay", "名称"],
        "content_hash": "h",
        "name": "阿依古丽·买买提\t\\N 'quoted'",
        "graduation_date": date(2024, 6, 20),
        "cohort_year": 2024,
        "pay": Decimal("6500.50"),
        "confirm_time": MOMENT,
        "sealed": sealed,
        "phone_index": None,
    }
    blank = {column.name: "" for column in Revision.__table__.columns if not column.nullable}
    del blank["id"]
    row = blank | values
    assert insert_rows(Revision.__table__, tuple(row), [tuple(row.values())]) == 1
    found = db.session.scalars(select(Revision).filter_by(number=2)).one()
    for name in ("changed", "name", "graduation_date", "cohort_year", "pay", "confirm_time", "phone_index"):
        assert getattr(found, name) == values[name], name
    assert found.sealed == {"phone": "13812346021"}
    assert found.confirm_time.tzinfo is UTC


def rows(number):
    now = datetime(2024, 8, 5, tzinfo=UTC)
    return ((new_ref(), "job", {"n": n}, now, now, 0, 0, 0) for n in range(number))


COLUMNS = ("ref", "name", "arguments", "promised_at", "not_before", "attempts", "progress", "total")


@pytest.mark.parametrize("number", [0, 1, 7, 8])
def test_rows_are_counted_across_chunks(number, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 4)
    assert insert_rows(Promise.__table__, COLUMNS, rows(number)) == number
    assert db.session.scalar(select(func.count()).select_from(Promise)) == number


def test_bulk_rows_belong_to_the_unit_of_work():
    def fail():
        with unit_of_work():
            insert_rows(Promise.__table__, COLUMNS, rows(3))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert db.session.scalar(select(func.count()).select_from(Promise)) == 0
    assert db.session.scalars(select(Employer)).all() == []
