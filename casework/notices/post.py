"""Write down what is to be told: one row per person, occasion and channel, at most once.

The unique `dedup_key` makes a repetition harmless: whoever writes the same
occasion again, in this process or another, adds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock, promises
from casework.db import db, new_ref
from casework.notices.models import Message
from casework.notices.statuses import note_events
from casework.notices.ways import INBOX

DRAIN = "drain"
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Notice:
    """One row to be: `dedup` names the occasion, to which the channel is added."""

    kind: str
    person_id: int
    channel: str
    dedup: str
    message_class: int = 1
    params: Mapping[str, object] = field(default_factory=dict)
    organisation_id: int | None = None
    case_id: int | None = None
    report_id: int | None = None
    not_after: datetime | None = None

    @property
    def dedup_key(self) -> str:
        """The occasion, person and channel in one word."""
        return f"{self.dedup}:{self.person_id}:{self.channel}"


def post(notices: Sequence[Notice]) -> int:
    """Write those notices that were not written before; return how many that were.

    A row of the inbox is delivered by being there; every other row is ready to
    leave, and its channel is rung after the commit.
    """
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    new: list[tuple[int, str]] = []
    table = Message.__table__
    once = insert(table).on_conflict_do_nothing(index_elements=["dedup_key"]).returning(table.c.id, table.c.channel)
    for at in range(0, len(notices), ROWS_AT_ONCE):
        rows = [_row(notice) for notice in notices[at : at + ROWS_AT_ONCE]]
        new += [(row.id, row.channel) for row in db.session.execute(once, rows)]
    inside = [message_id for message_id, channel in new if channel == INBOX]
    outside = [message_id for message_id, channel in new if channel != INBOX]
    note_events(inside, leaves="", enters="delivered")
    note_events(outside, leaves="", enters="ready")
    for channel in sorted({channel for _, channel in new} - {INBOX}):
        ring(channel)
    return len(new)


def ring(channel: str) -> bool:
    """Promise that a channel will be drained, unless that is promised already and nobody has begun; say whether."""
    waiting = select(promises.Promise.arguments).filter_by(name=DRAIN, done_at=None, failed_at=None, attempts=0)
    if any(arguments.get("channel") == channel for arguments in db.session.scalars(waiting)):
        return False
    promises.promise(DRAIN, channel=channel)
    return True


def _row(notice: Notice) -> dict[str, object]:
    now = clock.now()
    inside = notice.channel == INBOX
    return {
        "ref": new_ref(),
        "dedup_key": notice.dedup_key,
        "organisation_id": notice.organisation_id,
        "person_id": notice.person_id,
        "case_id": notice.case_id,
        "report_id": notice.report_id,
        "kind": notice.kind,
        "class": notice.message_class,
        "channel": notice.channel,
        "params": dict(notice.params),
        "state": "delivered" if inside else "ready",
        "next_at": now,
        "not_after": notice.not_after,
        "attempts": 0,
        "provider_ref": "",
        "created_at": now,
        "ended_at": now if inside else None,
    }
