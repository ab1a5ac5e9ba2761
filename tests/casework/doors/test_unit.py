"""The unit of work: everything or nothing, and the bells only afterwards."""

import pytest
from sqlalchemy import select

from casework import journal, promises
from casework.db import db
from casework.doors import doorbell
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.promises import Promise

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def rung(monkeypatch):
    heard = []

    def ring(bells):
        # What is rung for must be there for whoever answers: another connection sees it.
        with db.engine.connect() as connection:
            committed = set(connection.scalars(select(Promise.ref)))
        heard.extend((bell.ref, bell.ref in committed) for bell in bells)
        return True

    monkeypatch.setattr(doorbell, "ring", ring)
    return heard


def say():
    journal.record(organisation_id=1, action="case:note", actor="7", subject="LC24-0001")


def count(model):
    return len(db.session.scalars(select(model)).all())


@pytest.mark.usefixtures("app")
def test_change_journal_and_promise_are_committed_together_and_then_rung_for(rung):
    with unit_of_work():
        say()
        ref = promises.promise("screen").ref
        assert rung == []
    assert rung == [(ref, True)]
    assert (count(JournalEntry), count(Promise)) == (1, 1)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_failure_of_any_kind_leaves_nothing_and_rings_nobody(rung, fault):
    def fail():
        with unit_of_work():
            say()
            promises.promise("screen")
            raise fault

    with pytest.raises(fault):
        fail()
    with unit_of_work():
        pass
    assert (count(JournalEntry), count(Promise), rung) == (0, 0, [])


@pytest.mark.usefixtures("app")
def test_a_journal_that_cannot_be_written_takes_the_change_with_it(rung):
    def fail():
        with unit_of_work():
            promises.promise("screen")
            journal.record(organisation_id=1, action="a", actor="7", subject="s", facts={"not json": object()})

    with pytest.raises(Exception, match="unsupported type"):
        fail()
    assert (count(JournalEntry), count(Promise), rung) == (0, 0, [])


def test_units_of_work_do_not_nest():
    with unit_of_work():
        promises.promise("screen")
        with pytest.raises(RuntimeError, match="open already"), unit_of_work():
            pass
    assert count(Promise) == 1
