"""What is known of an address: marked for a whole call in one statement for each sort of reader.

A worse word stands over a better one: a dead address is not mended by a soft
report, and who wants no reminders keeps that word, whatever becomes of the address.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Row
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.campaigns.models import GraduateContact
from casework.db import db
from casework.notices.graduates import sort_of
from casework.notices.models import ContactPoint, Message

INVALID, SUSPECT = "invalid", "suspect"
BETTER: Mapping[str, tuple[str, ...]] = {SUSPECT: ("ok",), INVALID: ("ok", SUSPECT)}
"""Over what a word may be written."""


def mark_invalid(refused: Iterable[tuple[Row, str]]) -> None:
    """Remember that these messages' addresses cannot receive, and why; nothing more is sent there."""
    mark(((message, INVALID, reason) for message, reason in refused))


def mark(words: Iterable[tuple[Row | Message, str, str]]) -> None:
    """Remember of the address of each message that it is `invalid` or `suspect`, and why."""
    now = clock.now()
    persons: dict[tuple[str, int | None, str], dict[str, object]] = {}
    records: dict[tuple[str, int | None, str], dict[str, object]] = {}
    for message, state, reason in words:
        said = {"state": state, "since": now, "reason": reason}
        if message.record_id is None:
            of_reader = {"person_id": message.person_id, "channel": message.channel}
            persons[state, message.person_id, message.channel] = of_reader | said
        else:
            by = sort_of(message.channel, message.params)
            records[state, message.record_id, by] = {"record_id": message.record_id, "channel": by} | said
    for table, rows in ((ContactPoint, persons), (GraduateContact, records)):
        for state in (SUSPECT, INVALID):
            _write(table, [rows[key] for key in sorted(rows) if key[0] == state], over=table.state.in_(BETTER[state]))


def write_contacts(rows: Sequence[Mapping[str, object]]) -> None:
    """Write what graduates have said of their addresses themselves, over whatever was known of them."""
    _write(GraduateContact, rows)


def _write(
    table: type[ContactPoint | GraduateContact],
    rows: Sequence[Mapping[str, object]],
    *,
    over: ColumnElement[bool] | None = None,
) -> None:
    if not rows:
        return
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    found = insert(table).values(list(rows))
    worse = {name: found.excluded[name] for name in ("state", "since", "reason")}
    reader = "person_id" if table is ContactPoint else "record_id"
    db.session.execute(found.on_conflict_do_update(index_elements=[reader, "channel"], set_=worse, where=over))
