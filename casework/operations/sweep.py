"""Find what a death left behind and put it where it goes on; idempotent, any number at once.

A lease that ran out before the call means: nothing was sent, the messages are
ready again. A lease that ran out after it means: nobody knows, so ask. Whatever
is ready and has no doorbell gets one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.db import db
from casework.notices import queries
from casework.notices.models import Message, ReceiptInbox, SendAttempt
from casework.notices.post import ROWS_AT_ONCE, ring
from casework.notices.statuses import STEPS, UNDER_WAY, move, move_attempt
from casework.notices.ways import out

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
    put_back = in_doubt = 0
    over = (
        select(SendAttempt)
        .where(SendAttempt.state.in_(("prepared", "submitting")), SendAttempt.lease_until < now)
        .order_by(SendAttempt.id)
        .with_for_update(skip_locked=True)
    )
    for attempt in db.session.scalars(over.execution_options(populate_existing=True)).all():
        if attempt.state == "prepared":
            held = select(Message.id).filter_by(attempt_id=attempt.id, state="leased")
            put_back += len(
                move(db.session.scalars(held), leaves="leased", enters="ready", note="lease over", next_at=now)
            )
            move_attempt(attempt.id, leaves="prepared", enters="lapsed")
        else:
            held = select(Message.id).filter_by(attempt_id=attempt.id, state="submitting")
            in_doubt += len(
                move(db.session.scalars(held), leaves="submitting", enters="in_doubt", note="no answer recorded")
            )
            move_attempt(attempt.id, leaves="submitting", enters="in_doubt")
    waiting = set(queries.waiting_channels(now)) & set(out())
    rung = tuple(channel for channel in sorted(waiting) if ring(channel))
    ripe = queries.doubtful(settled_before=now - SETTLE)
    return Swept(put_back, in_doubt, rung, tuple(Doubt(each.id, each.ref, each.channel) for each in ripe))


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
    """Apply what landed to the messages that it is about; rank only goes up. Return how many changed."""
    now, changed = clock.now(), 0
    landed = select(ReceiptInbox).filter_by(applied_at=None).where(~ReceiptInbox.provider.endswith(RAW))
    landed = landed.order_by(ReceiptInbox.id).limit(limit)
    for receipt in db.session.scalars(landed.with_for_update(skip_locked=True)).all():
        named = select(Message).filter_by(ref=receipt.body["ref"]).execution_options(populate_existing=True)
        found = db.session.scalars(named).one_or_none()
        if found is not None and found.state in UNDER_WAY:
            continue  # it came before our own word; the next turn applies it
        if found is not None and receipt.body["status"] in STEPS[found.state]:
            changed += len(move([found.id], leaves=found.state, enters=receipt.body["status"], note="receipt"))
        receipt.applied_at = now
    return changed


def give_up_receipts(channels: Iterable[str]) -> int:
    """Name what was accepted and never reported on, three days after, on channels that do report."""
    old = select(Message.id).where(
        Message.channel.in_(list(channels)),
        Message.state == "accepted",
        Message.ended_at < clock.now() - NO_RECEIPT_AFTER,
    )
    return len(move(db.session.scalars(old), leaves="accepted", enters="no_receipt", note="no receipt in 72 hours"))
