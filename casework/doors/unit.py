"""The unit of work: the only place that commits.

Whatever an entrance does to the database happens inside one `unit_of_work()`.
At its end the journal is written (heads locked last), everything is committed
at once, and only then are the doorbells of promised jobs rung. If anything
fails, nothing of it is left behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from casework import journal, promises
from casework.db import IMMEDIATE, db
from casework.doors import doorbell


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Open one transaction for writing; commit it with its journal, or leave nothing."""
    session = db.session()
    session.rollback()  # end what was only being read: a reader that turns writer is refused by SQLite
    session.connection(execution_options={IMMEDIATE: True})
    try:
        yield session
        journal.seal()
        refs = promises.to_ring()
        session.commit()
    except BaseException:
        session.rollback()
        journal.discard()
        promises.to_ring()
        raise
    doorbell.ring(refs)
