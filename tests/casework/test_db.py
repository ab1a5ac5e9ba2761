import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from casework.db import REF_ALPHABET, db, insert_new, new_ref
from casework.doors.unit import unit_of_work
from casework.promises import Tick
from tests.support.together import together

pytestmark = pytest.mark.usefixtures("app")
MOMENT = datetime(2024, 8, 5, 23, 59, 59, 123456, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_moment_comes_back_aware_and_equal_to_the_microsecond():
    db.session.add(Tick(task="sweep", tick_at=MOMENT))
    db.session.commit()
    found = db.session.scalars(select(Tick.tick_at)).one()
    assert found == MOMENT
    assert found.tzinfo is UTC


def test_a_naive_moment_is_refused():
    db.session.add(Tick(task="sweep", tick_at=datetime(2024, 8, 5)))  # noqa: DTZ001 - the fault that is looked for
    with pytest.raises(StatementError, match="naive"):
        db.session.flush()


def test_postgresql_runs_statements_without_compiling_them():
    if db.engine.dialect.name == "postgresql":
        assert db.session.scalar(text("SHOW jit")) == "off"


def test_foreign_keys_hold_on_both_engines():
    orphan = text("INSERT INTO finding_records (finding_id, record_id) VALUES (1, 1)")
    with pytest.raises(IntegrityError):
        db.session.execute(orphan)


def test_refs_are_unguessable_and_without_look_alikes():
    refs = {new_ref() for _ in range(10_000)}
    assert len(refs) == 10_000
    assert all(re.fullmatch(f"[{REF_ALPHABET}]{{12}}", ref) for ref in refs)
    assert not set("01ilo") & set(REF_ALPHABET)
    assert set("".join(refs)) == set(REF_ALPHABET)


def test_a_row_is_inserted_unless_it_is_there():
    assert insert_new(Tick, keys=("task", "tick_at"), task="sweep", tick_at=MOMENT)
    assert not insert_new(Tick, keys=("task", "tick_at"), task="sweep", tick_at=MOMENT)


def test_of_many_writers_none_is_turned_away(app):
    """A unit of work is a writer from its first line, so that on SQLite nobody meets a lock half way."""

    def write(task):
        for number in range(5):
            with unit_of_work() as session:
                session.scalars(select(Tick)).all()
                session.add(Tick(task=task, tick_at=MOMENT.replace(microsecond=number)))

    assert together(app, [lambda task=task: write(task) for task in "abcd"]) == [None] * 4
    assert len(db.session.scalars(select(Tick)).all()) == 20
