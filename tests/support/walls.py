"""The wall around the journal, taken down by whoever has the database's rights: what an adversary does first."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import MAIN, JournalCheckpoint, JournalEntry, JournalHead, link_digest
from casework.merkle import Frontier
from tests.support.databases import as_owner

TABLES = ("journal_entries", "journal_checkpoints")


def take_down_wall(session: Session) -> list[str]:
    """Let this transaction change and remove journal rows, as the owner of the database can.

    Returns what builds the wall again; on PostgreSQL it was only stepped over.
    """
    if session.connection().dialect.name == "postgresql":
        as_owner(session)
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return []
    found = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal\\_%' ESCAPE '\\'")
    rows = session.execute(found).all()
    for row in rows:
        session.execute(text(f"DROP TRIGGER {row.name}"))
    return [row.sql for row in rows]


@contextmanager
def over_the_wall() -> Iterator[Session]:
    """Open a unit of work in which journal rows can be changed, and leave the wall as it stood."""
    with unit_of_work() as session:
        wall = take_down_wall(session)
        yield session
        session.flush()
        for statement in wall:
            session.execute(text(statement))


def behind_its_back(*statements, **values) -> None:
    """Run statements (SQL or constructs of SQLAlchemy) over the wall, and commit."""
    with over_the_wall() as session:
        for statement in statements:
            session.execute(text(statement) if isinstance(statement, str) else statement, values or None)


def rewrite_from(organisation_id: int, seq: int, **changed) -> None:
    """Change an entry and compute every later link and the head anew, so that the chain holds in itself."""
    with over_the_wall() as session:
        link_anew(session, organisation_id, seq, **changed)


def recompute_checkpoints(organisation_id: int) -> None:
    """Write every checkpoint as if the chain had always been as it is now."""
    with over_the_wall() as session:
        root_anew(session, organisation_id)


def link_anew(session: Session, organisation_id: int, seq: int, **changed) -> None:
    """Do what `rewrite_from` says in a session whose wall is down."""
    entries, previous = _entries(organisation_id), ""
    for entry in entries[seq - 1 :]:
        for name, value in (changed if entry.seq == seq else {}).items():
            setattr(entry, name, value)
        entry.previous = previous or entry.previous
        entry.hash = previous = link_digest(entry)
    head = update(JournalHead).filter_by(organisation_id=organisation_id, chain=MAIN)
    session.execute(head.values(hash=previous))
    session.flush()


def root_anew(session: Session, organisation_id: int) -> None:
    """Do what `recompute_checkpoints` says in a session whose wall is down."""
    leaves = [bytes.fromhex(entry.hash) for entry in _entries(organisation_id)]
    for row in session.scalars(select(JournalCheckpoint).filter_by(organisation_id=organisation_id, chain=MAIN)):
        frontier = Frontier().extended(leaves[: row.size])
        row.root, row.peaks = frontier.root().hex(), [peak.hex() for peak in frontier.peaks]
    session.flush()


def _entries(organisation_id: int) -> list[JournalEntry]:
    wanted = select(JournalEntry).filter_by(organisation_id=organisation_id, chain=MAIN)
    return list(db.session.scalars(wanted.order_by(JournalEntry.seq)))
