"""The way out, up to the call: claim a batch (T2), and ask once more whether each message may leave (T3).

Each step is one short transaction of the job's; the call itself (T4) happens
after the second, with none open, and `record_attempt` writes down the answer.
The gate locks the facts that it reads, so whoever closes a case or opts out
first is seen, and whoever comes later comes after the call. Both steps take the
same number of statements for one message and for a thousand.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select, update

from casework import clock
from casework.db import db
from casework.notices.allowances import Allowances
from casework.notices.facts import facts_of
from casework.notices.gate import Verdict
from casework.notices.gathering import GATHERED, counted
from casework.notices.models import Message, SendAttempt
from casework.notices.post import ring
from casework.notices.providers import is_held, reroute
from casework.notices.statuses import move, move_attempt, move_each
from casework.notices.stops import stops
from casework.notices.under_way import UnderWay
from casework.notices.verdicts import standing, verdict
from casework.notices.words import letter
from casework.operations.bundle import bundle
from notifications.errors import ComposeRefused
from notifications.message import Message as Letter

LEASE = timedelta(seconds=120)


@dataclass(frozen=True)
class Claimed:
    """A provider call that is ours until its lease is over; `ref` is what the provider is told.

    `wave` is set when all of it belongs to one wave that has a pace of its own.
    """

    attempt_id: int
    ref: str
    count: int
    wave: UnderWay | None = None


def claim_batch(channel: str, *, size: int, worker: str, resting: Collection[int] = ()) -> Claimed | None:
    """Take up to `size` messages that are ready to leave; None when there are none or the way out is stopped or held.

    Reminders for one person become one letter first. What failed before goes in
    ever smaller batches, so that one bad message ends up alone and spoils nobody
    else's. A wave with a pace gets batches of its own, none while it is `resting`.
    """
    now, stopped = clock.now(), stops()
    if stopped.everything:
        return None
    if is_held(channel):
        give_to_the_other(channel)
        return None
    bundle(channel, now=now)
    ready = [Message.channel == channel, Message.state == "ready", Message.next_at <= now, ~stopped.of(channel)]
    paced = {wave.wave_id: wave for wave in stopped.waves if wave.per_minute and wave.runs}
    if resting:
        ready.append(_of_no(resting))
    order = (Message.class_, Message.next_at, Message.id)
    first = db.session.execute(
        select(Message.attempts, Message.wave_id).where(*ready).order_by(*order).limit(1)
    ).one_or_none()
    if first is None:
        return None
    wave, tried = paced.get(first.wave_id), first.attempts
    if wave is not None:
        ready.append(Message.wave_id == wave.wave_id)
        size = min(size, wave.at_once)
    elif paced:
        ready.append(_of_no(paced))
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
    return Claimed(attempt.id, attempt.ref, len(taken), wave)


def _of_no(waves: Collection[int]) -> ColumnElement[bool]:
    return or_(Message.wave_id.is_(None), Message.wave_id.not_in(waves))


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
    facts = facts_of(messages, lock=True)
    allowances = Allowances(messages, channel=attempt.channel, now=now, facts=facts)
    letters, leaving, staying = [], [], {}
    for message in messages:
        found = verdict(message, now=now, facts=facts) or allowances.refusal(message)
        if found is None:
            if message.kind == GATHERED:
                message.params = dict(counted(standing(message, now=now, facts=facts), now))
            try:
                letters.append(letter(message, base_url=base_url, facts=facts))
                leaving.append(message)
            except ComposeRefused as fault:
                found = Verdict("dead", str(fault))
        if found is not None:
            staying[message] = found
    _turn_away(staying)
    if not letters:
        move_attempt(attempt.id, leaves="prepared", enters="empty")
        return ()
    move([each.id for each in leaving], leaves="leased", enters="submitting", attempts=Message.attempts + 1)
    move_attempt(attempt.id, leaves="prepared", enters="submitting", submitting_at=now)
    return tuple(letters)


def let_go(claimed: Claimed, *, pause: timedelta) -> int:
    """Give a claimed batch back untouched, for the carrier cannot bear it now; return how many messages it was."""
    if not move_attempt(claimed.attempt_id, leaves="prepared", enters="lapsed"):
        return 0
    held = select(Message.id).filter_by(attempt_id=claimed.attempt_id, state="leased")
    later = {"next_at": clock.now() + pause, "attempt_id": None}
    return len(
        move(db.session.scalars(held).all(), leaves="leased", enters="ready", note="the carrier is busy", **later)
    )


def give_to_the_other(channel: str) -> None:
    """Let what is ready at a held SMS provider go by the other one, and ring for it."""
    other, moved = reroute(channel)
    if moved:
        ring(other)


def _turn_away(found: Mapping[Message, Verdict]) -> None:
    """Send each message where its verdict says, in one statement for each status."""
    by_state: dict[str, list[dict[str, object]]] = defaultdict(list)
    for message, said in found.items():
        row: dict[str, object] = {"id": message.id, "note": said.note}
        if said.wait_until is not None:
            row |= {"next_at": said.wait_until, "not_after": said.not_after or message.not_after, "attempt_id": None}
        by_state[said.state].append(row)
    for state, rows in sorted(by_state.items()):
        move_each(rows, leaves="leased", enters=state)
    put_off = {message.id: said.not_after for message, said in found.items() if message.kind == GATHERED}
    ends = [end for end in put_off.values() if end is not None]
    if ends:  # our own pause does not end the time of what a letter speaks for
        members = update(Message).where(Message.bundle_id.in_(put_off), Message.not_after < min(ends))
        db.session.execute(members.values(not_after=min(ends)).execution_options(synchronize_session=False))
