"""What a provider's answer says about an address: for the whole call one statement for each sort of reader."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.campaigns.models import GraduateContact
from casework.db import db
from casework.notices.graduates import sort_of
from casework.notices.models import ContactPoint

INVALID = "invalid"


def mark_invalid(refused: Iterable[tuple[Row, str]]) -> None:
    """Remember that these messages' addresses cannot receive, and why; nothing more is sent there."""
    now = clock.now()
    persons: dict[tuple[int, str], dict[str, object]] = {}
    records: dict[tuple[int, str], dict[str, object]] = {}
    for message, reason in refused:
        said = {"state": INVALID, "since": now, "reason": reason}
        if message.record_id is None:
            of_reader = {"person_id": message.person_id, "channel": message.channel}
            persons[message.person_id, message.channel] = of_reader | said
        else:
            channel = sort_of(message.channel, message.params)  # a dead number is dead for every provider
            records[message.record_id, channel] = {"record_id": message.record_id, "channel": channel} | said
    _write(ContactPoint, "person_id", persons)
    _write(GraduateContact, "record_id", records)


def _write(
    table: type[ContactPoint | GraduateContact], reader: str, rows: Mapping[tuple[int, str], dict[str, object]]
) -> None:
    if not rows:
        return
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    found = insert(table).values([rows[key] for key in sorted(rows)])
    worse = {name: found.excluded[name] for name in ("state", "since", "reason")}
    stands = table.state != "opted_out"  # who wants no reminders keeps that word, whatever becomes of the address
    db.session.execute(found.on_conflict_do_update(index_elements=[reader, "channel"], set_=worse, where=stands))
