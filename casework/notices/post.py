"""Write down what is to be told: one row per person, occasion and channel, at most once.

The unique `dedup_key` makes a repetition harmless: whoever writes the same
occasion again, in this process or another, adds nothing. All SMS providers have
one name in it, so that an occasion is not told by two of them. A reminder waits a
moment before it leaves, so that what belongs to one change becomes one letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock, promises
from casework.db import db, new_ref
from casework.notices import providers
from casework.notices.gathering import ALONE, gathers
from casework.notices.models import Message
from casework.notices.statuses import note_events
from casework.notices.ways import INBOX, SMS, manners

DRAIN = "drain"
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Notice:
    """One row to be: `dedup` names the occasion, to which reader and channel are added.

    The reader is an account (`person_id`) or a graduate (`record_id`), never both.
    """

    kind: str
    person_id: int | None
    channel: str
    dedup: str
    message_class: int = 1
    params: Mapping[str, object] = field(default_factory=dict)
    organisation_id: int | None = None
    case_id: int | None = None
    report_id: int | None = None
    lead_id: int | None = None
    record_id: int | None = None
    wave_id: int | None = None
    not_after: datetime | None = None

    @property
    def dedup_key(self) -> str:
        """The occasion, person and channel in one word; what checks one provider is that provider's alone."""
        channel = self.channel if self.kind in ALONE else providers.logical(self.channel)
        reader = self.person_id if self.record_id is None else f"g{self.record_id}"
        return f"{self.dedup}:{reader}:{channel}"

    @property
    def pause(self) -> timedelta:
        """How long it waits for others to the same person."""
        waits = gathers(self.kind, message_class=self.message_class, channel=self.channel)
        return manners().gather if waits else timedelta()


def post(notices: Sequence[Notice]) -> int:
    """Write those notices that were not written before; return how many that were.

    A row of the inbox is delivered by being there; every other row is ready to
    leave, and its channel is rung after the commit.
    """
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    table = Message.__table__
    new: list[tuple[int, str, datetime]] = []
    known = insert(table).on_conflict_do_nothing(index_elements=["dedup_key"])
    once = known.returning(table.c.id, table.c.channel, table.c.next_at)
    shared, now = _shared_out(notices), clock.now()  # one moment for all: a bell for each channel, not for each row
    for at in range(0, len(shared), ROWS_AT_ONCE):
        rows = [_row(notice, now) for notice in shared[at : at + ROWS_AT_ONCE]]
        new += [(row.id, row.channel, row.next_at) for row in db.session.execute(once, rows)]
    note_events([each for each, channel, _ in new if channel == INBOX], leaves="", enters="delivered")
    note_events([each for each, channel, _ in new if channel != INBOX], leaves="", enters="ready")
    for channel, next_at in sorted({(channel, next_at) for _, channel, next_at in new if channel != INBOX}):
        ring(channel, at=next_at)
    return len(new)


def ring(channel: str, *, at: datetime | None = None) -> bool:
    """Promise that a channel will be drained, unless that is promised already and nobody has begun; say whether.

    For a later moment no bell is rung now: the scheduler rings for promises whose time has come.
    """
    now = clock.now()
    when = max(at or now, now)
    waiting = select(promises.Promise.arguments).filter_by(name=DRAIN, done_at=None, failed_at=None, attempts=0)
    soon_enough = waiting.where(promises.Promise.not_before <= when)
    if any(arguments.get("channel") == channel for arguments in db.session.scalars(soon_enough)):
        return False
    if when > now:
        db.session.add(promises.Promise(name=DRAIN, arguments={"channel": channel}, not_before=when))
    else:
        promises.promise(DRAIN, channel=channel)
    return True


def _shared_out(notices: Sequence[Notice]) -> Sequence[Notice]:
    """Give each SMS to one of the providers, by weight; the occasion decides, so that a repetition decides alike."""
    if not any(notice.channel in SMS and notice.kind not in ALONE for notice in notices):
        return notices
    weights = providers.open_weights()
    return [
        replace(notice, channel=providers.choose(notice.dedup_key, weights) or notice.channel)
        if notice.channel in SMS and notice.kind not in ALONE
        else notice
        for notice in notices
    ]


def _row(notice: Notice, now: datetime) -> dict[str, object]:
    inside = notice.channel == INBOX
    return {
        "ref": new_ref(),
        "dedup_key": notice.dedup_key,
        "organisation_id": notice.organisation_id,
        "person_id": notice.person_id,
        "case_id": notice.case_id,
        "report_id": notice.report_id,
        "lead_id": notice.lead_id,
        "record_id": notice.record_id,
        "wave_id": notice.wave_id,
        "kind": notice.kind,
        "class": notice.message_class,
        "channel": notice.channel,
        "params": dict(notice.params),
        "state": "delivered" if inside else "ready",
        "next_at": now + notice.pause,
        "not_after": notice.not_after,
        "attempts": 0,
        "provider_ref": "",
        "created_at": now,
        "ended_at": now if inside else None,
    }
