"""What somebody with the database's rights does to rows of the journal, and how it is undone after each attempt."""

from contextlib import contextmanager

from sqlalchemy import delete, insert, select, update

from casework.db import db
from casework.journal import MAIN, JournalEntry, JournalSecret
from tests.support.walls import take_down_wall


@contextmanager
def attempt():
    """Let an adversary into the database, and undo what they did."""
    db.session.rollback()
    take_down_wall(db.session())
    yield db.session
    db.session.rollback()


def entries(organisation_id):
    wanted = select(JournalEntry).filter_by(organisation_id=organisation_id, chain=MAIN).order_by(JournalEntry.seq)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def row(entry):
    return update(JournalEntry).where(JournalEntry.id == entry.id)


def values_of(entry):
    return {column.name: getattr(entry, column.name) for column in JournalEntry.__table__.c if column.name != "id"}


def changed(name, value):
    return lambda entry: [row(entry).values({name: value(getattr(entry, name))})]


def removed(entry):
    return [delete(JournalSecret).filter_by(entry_id=entry.id), delete(JournalEntry).filter_by(id=entry.id)]


def inserted(entry):
    """Put a row between: every later one moves up, from the last on."""
    later = select(JournalEntry.id).where(
        JournalEntry.organisation_id == entry.organisation_id,
        JournalEntry.chain == MAIN,
        JournalEntry.seq >= entry.seq,
    )
    moved = [
        update(JournalEntry).where(JournalEntry.id == found).values(seq=JournalEntry.seq + 1)
        for found in db.session.scalars(later.order_by(JournalEntry.seq.desc()))
    ]
    return [*moved, insert(JournalEntry).values(values_of(entry) | {"actor": "666"})]


def reordered(entry):
    """Exchange a row with the one before it."""
    if entry.seq == 1:
        return []
    before = update(JournalEntry).filter_by(organisation_id=entry.organisation_id, chain=MAIN, seq=entry.seq - 1)
    free = 1_000_000
    return [before.values(seq=free), row(entry).values(seq=entry.seq - 1),
            update(JournalEntry).filter_by(seq=free).values(seq=entry.seq)]  # fmt: skip


def flipped(digest):
    return "".join(f"{int(digit, 16) ^ 1:x}" for digit in digest[:1]) + digest[1:]


DEEDS = (
    ("deleted", removed),
    ("inserted", inserted),
    ("reordered", reordered),
    ("back-dated", changed("at", lambda at: at.replace(year=at.year - 1))),
    ("another actor", changed("actor", lambda _: "666")),
    ("another action", changed("action", lambda action: action + "_")),
    ("another subject", changed("subject", lambda subject: subject + "1")),
    ("another fact", changed("facts", lambda facts: facts | {"to": "nowhere"})),
    ("another promise", changed("commitments", lambda held: held | {"reason": "0" * 64})),
    ("another link", changed("previous", flipped)),
    ("another hash", changed("hash", flipped)),
)


def path_of(file, settings):
    return settings.files_dir / file.sha256[:2] / file.sha256
