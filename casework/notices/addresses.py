"""What a provider's answer says about an address: marked for the whole call in one statement."""

from collections.abc import Iterable

from sqlalchemy import Row
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.db import db
from casework.notices.models import ContactPoint


def mark_invalid(refused: Iterable[tuple[Row, str]]) -> None:
    """Remember that these messages' addresses cannot receive, and why; nothing more is sent there."""
    now = clock.now()
    rows = {
        (message.person_id, message.channel): {
            "person_id": message.person_id,
            "channel": message.channel,
            "state": "invalid",
            "since": now,
            "reason": reason,
        }
        for message, reason in refused
    }
    if not rows:
        return
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    found = insert(ContactPoint).values([rows[key] for key in sorted(rows)])
    worse = {name: found.excluded[name] for name in ("state", "since", "reason")}
    db.session.execute(found.on_conflict_do_update(index_elements=["person_id", "channel"], set_=worse))
