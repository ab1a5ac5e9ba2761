"""The unit of work: the only place that commits.

Whatever an entrance does to the database happens inside one `unit_of_work()`.
At its end the journal is written (heads locked last), everything is committed
at once, and only then are the doorbells of promised jobs rung. If anything
fails, nothing of it is left behind. Files that it made superfluous are deleted
after the commit, never before. Only a refusal that was noted outlives it, in a
transaction of its own: an attempt to get round a signature is a fact.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Executable, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from casework import journal, promises, storage
from casework.db import IMMEDIATE, db
from casework.doors import doorbell
from casework.operations import refusals

log = logging.getLogger("casework.doors")
_OPEN = "unit_of_work_open"


def note_down(statement: Executable) -> bool:
    """Run one small statement in a transaction of its own, or leave it when the database is busy; say whether it ran.

    For what may be lost and must keep nobody waiting. The session of the request is not touched.
    """
    with db.engine.connect().execution_options(**{IMMEDIATE: True}) as connection, _impatient(connection):
        try:
            connection.execute(statement)
            connection.commit()
        except OperationalError:
            connection.rollback()
            return False
    return True


@contextmanager
def _impatient(connection: Connection) -> Iterator[None]:
    """Let a connection wait a moment for its turn instead of seconds; SQLite's goes back as it came."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        yield
        return
    driver = connection.connection.driver_connection
    patience = driver.execute("PRAGMA busy_timeout").fetchone()[0]  # type: ignore[union-attr] # as db.py opens it
    driver.execute("PRAGMA busy_timeout=50")  # type: ignore[union-attr]
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={patience}")  # type: ignore[union-attr]


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Open one transaction for writing; commit it with its journal, or leave nothing.

    Units do not nest: the inner one would give up what the outer one has done.
    """
    session = db.session()
    if session.info.get(_OPEN):
        raise RuntimeError("a unit of work is open already; the operations inside it share it")
    _give_up(session)  # end what was only being read: a reader that turns writer is refused by SQLite
    session.info[_OPEN] = True
    try:
        session.connection(execution_options={IMMEDIATE: True})
        yield session
        for refusal in refusals.take_noted():  # one of many was refused, and the others went on
            refusal.record()
        journal.seal()
        refs, paths = promises.to_ring(), storage.to_delete()
        session.commit()
    except BaseException:
        noted = refusals.take_noted()
        _give_up(session)
        _write_down(session, noted)
        raise
    finally:
        session.info.pop(_OPEN, None)
    for path in paths:
        storage.remove(path)
    doorbell.ring(refs)


def _give_up(session: Session) -> None:
    """Forget every change, and everything that was to be said, rung or deleted with it."""
    session.rollback()
    journal.discard()
    promises.to_ring()
    storage.to_delete()
    refusals.take_noted()


def _write_down(session: Session, noted: Sequence[refusals.Refusal]) -> None:
    """Journal what was refused; if even that fails, the caller still learns of the refusal itself."""
    if not noted:
        return
    try:
        session.connection(execution_options={IMMEDIATE: True})
        for each in noted:
            each.record()
        journal.seal()
        session.commit()
    except SQLAlchemyError:
        log.exception("a refusal could not be journalled")
        _give_up(session)
