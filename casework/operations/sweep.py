"""Find what a death left behind and put it where it goes on; idempotent, any number at once.

A lease that ran out before the call means: nothing was sent, the messages are
ready again. A lease that ran out after it means: nobody knows, so ask. Whatever
is ready and has no doorbell gets one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.db import db
from casework.notices import queries
from casework.notices.models import Message, ReceiptInbox, SendAttempt
from casework.notices.post import ROWS_AT_ONCE, ring
from casework.notices.providers import is_held
from casework.notices.statuses import STEPS, UNDER_WAY, move, move_attempt
from casework.notices.stops import stops
from casework.notices.ways import out
from casework.operations.drain import give_to_the_other
from casework.operations.note_unreached import WORDS, note_unreached

SETTLE = timedelta(seconds=60)
NO_RECEIPT_AFTER = timedelta(hours=72)
RAW = ".raw"
"""Behind a provider's name: what it has pushed and nobody has read yet (`land_push`)."""


@dataclass(frozen=True)
class Doubt:
    """A call of which nobody knows the outcome, ripe to be asked about."""

    attempt_id: int
    ref: str
    channel: str


@dataclass(frozen=True)
class Swept:
    """What was found: messages put back, messages now in doubt, channels rung, and calls to ask about."""

    put_back: int
    in_doubt: int
    rung: tuple[str, ...]
    doubts: tuple[Doubt, ...]


def sweep() -> Swept:
    """Return expired leases to their place and ring for what waits; the calls in doubt are the job's to ask about."""
    now = clock.now()
    over = (
        select(SendAttempt.id, SendAttempt.state)
        .where(SendAttempt.state.in_(("prepared", "submitting")), SendAttempt.lease_until < now)
        .order_by(SendAttempt.id)
        .with_for_update(skip_locked=True)
    )
    found = db.session.execute(over).all()
    put_back = _let_lapse([row.id for row in found if row.state == "prepared"], now)
    in_doubt = _doubt([row.id for row in found if row.state == "submitting"])
    ripe = queries.doubtful(settled_before=now - SETTLE)
    return Swept(put_back, in_doubt, _ring(now), tuple(Doubt(each.id, each.ref, each.channel) for each in ripe))


def _let_lapse(attempt_ids: Sequence[int], now: datetime) -> int:
    """Put back what was claimed and never handed over; return how many messages that are."""
    held = select(Message.id).where(Message.attempt_id.in_(attempt_ids), Message.state == "leased")
    ids = db.session.scalars(held).all() if attempt_ids else ()
    back = move(ids, leaves="leased", enters="ready", note="lease over", next_at=now)
    for attempt_id in attempt_ids:
        move_attempt(attempt_id, leaves="prepared", enters="lapsed")
    return len(back)


def _doubt(attempt_ids: Sequence[int]) -> int:
    """Name what was handed over, or may have been, without an answer; return how many messages that are."""
    held = select(Message.id).where(Message.attempt_id.in_(attempt_ids), Message.state == "submitting")
    ids = db.session.scalars(held).all() if attempt_ids else ()
    unsure = move(ids, leaves="submitting", enters="in_doubt", note="no answer recorded")
    for attempt_id in attempt_ids:
        move_attempt(attempt_id, leaves="submitting", enters="in_doubt")
    return len(unsure)


def _ring(now: datetime) -> tuple[str, ...]:
    """Ring for what waits and may leave; what waits at a held SMS provider goes to the other one."""
    waiting = set(queries.waiting_channels(now, stopped=stops())) & set(out())
    held = {channel for channel in waiting if is_held(channel)}
    for channel in sorted(held):
        give_to_the_other(channel)
    return tuple(channel for channel in sorted(waiting - held) if ring(channel))


def land_receipts(provider: str, receipts: Iterable[tuple[str, str, str]]) -> int:
    """Keep each receipt (message ref, provider's id, status) as it came, once; return how many are new."""
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    rows = [
        {
            "provider": provider,
            "receipt_key": f"{provider_id}:{status}",
            "landed_at": clock.now(),
            "body": {"ref": ref, "status": status},
        }
        for ref, provider_id, status in receipts
    ]
    new = 0
    for at in range(0, len(rows), ROWS_AT_ONCE):
        some = insert(ReceiptInbox).values(rows[at : at + ROWS_AT_ONCE])
        once = some.on_conflict_do_nothing(index_elements=["provider", "receipt_key"])
        new += len(db.session.scalars(once.returning(ReceiptInbox.id)).all())
    return new


def apply_receipts(*, limit: int = 1000) -> int:
    """Apply what landed to the messages that it is about; rank only goes up. Return how many changes that made.

    Several reports about one message are applied in the order in which they came, a wave for each.
    """
    landed = select(ReceiptInbox).filter_by(applied_at=None).where(~ReceiptInbox.provider.endswith(RAW))
    landed = landed.order_by(ReceiptInbox.id).limit(limit).with_for_update(skip_locked=True)
    receipts = db.session.scalars(landed.execution_options(populate_existing=True)).all()
    if not receipts:
        return 0
    refs = {receipt.body["ref"] for receipt in receipts}
    named = select(Message.ref, Message.id, Message.state).where(Message.ref.in_(refs)).order_by(Message.id)
    standing = {row.ref: (row.id, row.state) for row in db.session.execute(named.with_for_update())}
    applied: list[int] = []
    waves: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    turns: Counter[int] = Counter()
    for receipt in receipts:
        message_id, state = standing.get(receipt.body["ref"], (0, ""))
        if state in UNDER_WAY:
            continue  # it came before our own word; the next turn applies it
        status = receipt.body["status"]
        if state and status in STEPS[state]:
            waves[turns[message_id], state, status].append(message_id)
            turns[message_id] += 1
            standing[receipt.body["ref"]] = (message_id, status)
        applied.append(receipt.id)
    changed, unreached = 0, set[int]()
    for (_, leaves, enters), ids in sorted(waves.items()):
        moved = move(ids, leaves=leaves, enters=enters, note="receipt")
        changed += len(moved)
        unreached.update(moved if enters in WORDS else ())
    note_unreached(unreached, reason="receipt")
    done = update(ReceiptInbox).where(ReceiptInbox.id.in_(applied)).values(applied_at=clock.now())
    db.session.execute(done.execution_options(synchronize_session=False))
    return changed


def give_up_receipts(channels: Iterable[str]) -> int:
    """Name what was accepted and never reported on, three days after, on channels that do report."""
    old = select(Message.id).where(
        Message.channel.in_(list(channels)),
        Message.state == "accepted",
        Message.ended_at < clock.now() - NO_RECEIPT_AFTER,
    )
    return len(move(db.session.scalars(old), leaves="accepted", enters="no_receipt", note="no receipt in 72 hours"))
