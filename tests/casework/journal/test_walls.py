"""The database itself refuses to change or remove what the journal holds."""

import pytest
from sqlalchemy import delete, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.exc import DBAPIError

from casework import journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import MAIN, JournalCheckpoint, JournalEntry, checkpoints
from tests.support.walls import take_down_wall

pytestmark = pytest.mark.usefixtures("app")
REFUSED = "journal rows are never changed or removed"


def write():
    with unit_of_work():
        journal.record(organisation_id=1, action="case:note", actor="7", subject="LC24-0001")
        journal.mark(1, reason="daily")


def rows():
    return [
        [tuple(row) for row in db.session.execute(select(*table.__table__.columns).order_by(table.id))]
        for table in (JournalEntry, JournalCheckpoint)
    ]


def columns_of(model, names):
    return [model.__table__.c[name] for name in names]


def moved(model, columns):
    """Return the same rows, ids and all, as another chain's."""
    return select(*(literal("other") if name == "chain" else model.__table__.c[name] for name in columns))


def deeds():
    for model, key in ((JournalEntry, "seq"), (JournalCheckpoint, "size")):
        table = model.__tablename__
        yield update(model).values(chain="other")
        yield delete(model)
        yield update(model).values({key: text(f"{key} + 1")})
        columns = [column.name for column in model.__table__.columns]
        others = [name for name in columns if name != "id"]
        if db.engine.dialect.name == "sqlite":
            yield insert(model).prefix_with("OR REPLACE").from_select(columns, moved(model, columns))
            yield insert(model).prefix_with("OR REPLACE").from_select(others, select(*columns_of(model, others)))
            yield update(model).prefix_with("OR REPLACE").values(chain="other")
        else:
            yield text(f"TRUNCATE {table} CASCADE")
            added = insert_postgresql(model).from_select(others, select(*columns_of(model, others)))
            place = ["organisation_id", "chain", key]
            yield added.on_conflict_do_update(index_elements=place, set_={"chain": "other"})


def test_no_way_of_changing_or_removing_a_row_passes_and_adding_one_does():
    write()
    before = rows()
    for deed in deeds():
        with pytest.raises(DBAPIError, match=REFUSED), unit_of_work() as session:
            session.execute(deed)
        assert rows() == before, str(deed)
    write()
    assert [len(found) for found in rows()] == [2, 2]
    assert list(journal.verify(1)) == []


def test_without_the_wall_the_same_deed_passes():
    write()
    with unit_of_work() as session:
        take_down_wall(session)
        session.execute(update(JournalEntry).values(actor="9"))
    assert [found.seq for found in journal.verify(1)] == [1]


def test_a_checkpoint_written_twice_meets_no_wall():
    write()
    with unit_of_work():
        assert checkpoints.checkpoint(1, MAIN, reason="daily") is not None
