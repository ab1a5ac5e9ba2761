"""The way out, up to the call: claim a batch (T2), and ask once more whether each message may leave (T3).

Each step is one short transaction of the job's; the call itself (T4) happens
after the second, with none open, and `record_attempt` writes down the answer.
The gate locks the facts that it reads, so whoever closes a case or opts out
first is seen, and whoever comes later comes after the call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from casework import clock
from casework.cases.models import Case
from casework.db import affected, db
from casework.notices.models import Message, Provider, SendAttempt
from casework.notices.statuses import move, move_attempt
from casework.notices.verdicts import verdict
from casework.notices.words import letter
from casework.reports.models import Report
from notifications.errors import ComposeRefused
from notifications.message import Message as Letter

LEASE = timedelta(seconds=120)
HELD_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Claimed:
    """A provider call that is ours until its lease is over; `ref` is what the provider is told."""

    attempt_id: int
    ref: str
    count: int


def claim_batch(channel: str, *, size: int, worker: str) -> Claimed | None:
    """Take up to `size` messages that are ready to leave; None when there are none or the way out is held.

    What failed before goes in ever smaller batches, so that one bad message ends
    up alone and spoils nobody else's.
    """
    now = clock.now()
    if _held(channel):
        return None
    ready = (Message.channel == channel, Message.state == "ready", Message.next_at <= now)
    order = (Message.class_, Message.next_at, Message.id)
    tried = db.session.scalar(select(Message.attempts).where(*ready).order_by(*order).limit(1))
    if tried is None:
        return None
    attempt = SendAttempt(channel=channel, worker=worker, lease_until=now + LEASE, prepared_at=now)
    db.session.add(attempt)
    db.session.flush()  # the messages need its id
    wanted = (
        select(Message.id)
        .where(*ready, Message.attempts == tried)
        .order_by(*order)
        .limit(max(1, size >> (2 * tried)))
        .with_for_update(skip_locked=True)
    )
    taken = move(db.session.scalars(wanted).all(), leaves="ready", enters="leased", attempt_id=attempt.id)
    if not taken:
        db.session.delete(attempt)
        return None
    return Claimed(attempt.id, attempt.ref, len(taken))


def pass_gate(claimed: Claimed, *, base_url: str) -> tuple[Letter, ...]:
    """Return the letters that may leave now, their rows `submitting`; everything else goes where it belongs.

    Empty when nobody is left to tell, or when the lease is no longer ours.
    """
    now = clock.now()
    mine = select(SendAttempt).filter_by(id=claimed.attempt_id, state="prepared").with_for_update()
    attempt = db.session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    if attempt is None or attempt.lease_until < now:
        return ()
    leased = select(Message).filter_by(attempt_id=attempt.id, state="leased").order_by(Message.id)
    messages = db.session.scalars(leased.execution_options(populate_existing=True)).all()
    _lock_facts(messages)
    letters = []
    for message in messages:
        found = verdict(message, now=now)
        if found is not None:
            later = {"next_at": found.wait_until, "attempt_id": None} if found.wait_until else {}
            move([message.id], leaves="leased", enters=found.state, note=found.note, **later)
            continue
        try:
            letters.append(letter(message, base_url=base_url))
        except ComposeRefused as fault:
            move([message.id], leaves="leased", enters="dead", note=str(fault))
    if not letters:
        move_attempt(attempt.id, leaves="prepared", enters="empty")
        return ()
    refs = {each.ref for each in letters}
    leaving = [message.id for message in messages if message.ref in refs]
    move(leaving, leaves="leased", enters="submitting", attempts=Message.attempts + 1)
    move_attempt(attempt.id, leaves="prepared", enters="submitting", submitting_at=now)
    return tuple(letters)


def hold(channel: str, *, because: str) -> None:
    """Hold a way out for a while because it refuses our own access; the messages wait."""
    now = clock.now()
    changed = affected(update(Provider).filter_by(channel=channel).values(held_at=now, held_because=because))
    if not changed:
        db.session.add(Provider(channel=channel, held_at=now, held_because=because))


def release(channel: str) -> None:
    """Open a way out again: it has just taken a message."""
    held = update(Provider).where(Provider.channel == channel, Provider.held_at.is_not(None))
    db.session.execute(held.values(held_at=None, held_because=""))


def _held(channel: str) -> bool:
    """Say whether a way out is held; after `HELD_FOR` it is tried again."""
    held_at = db.session.scalar(select(Provider.held_at).filter_by(channel=channel))
    return held_at is not None and held_at > clock.now() - HELD_FOR


def _lock_facts(messages: Sequence[Message]) -> None:
    """Share-lock what the gate will read, in one order everywhere: cases by id, then reports by id."""
    for table, ids in (
        (Case, {message.case_id for message in messages if message.case_id is not None}),
        (Report, {message.report_id for message in messages if message.report_id is not None}),
    ):
        if ids:
            locked = select(table).where(table.id.in_(ids)).order_by(table.id).with_for_update(read=True)
            db.session.scalars(locked.execution_options(populate_existing=True)).all()
