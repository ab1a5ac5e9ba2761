"""What only the carrier's own log can tell: whether what we believe was sent was, and once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from casework.db import db
from casework.errors import N_
from casework.notices.invariants.fact import Ground, without_log
from casework.notices.invariants.leaving import after_the_end
from casework.notices.manners import Rate
from casework.notices.models import Message, SendAttempt

TAKEN = frozenset({"accepted", "delivered", "undelivered_temporary", "no_receipt"})
"""Statuses in which we believe that the carrier has the message."""

OPEN = frozenset({"submitting", "in_doubt"})
GUARD = timedelta(seconds=7)
"""Five seconds between gate and call, and two for the call to arrive."""

UNTIL_ASKED = timedelta(seconds=240)
"""A lease, the time in which a carrier settles, and a minute."""


@dataclass(frozen=True)
class _Row:
    state: str
    submitting_at: datetime | None
    ended_at: datetime | None


def lost_or_twice(ground: Ground) -> Iterable[str]:
    """I3: believed to be with the carrier and not in its log, or there more than once."""
    counted = Counter(line.ref for line in ground.log or ())
    known = _rows(ground)
    lost = [
        ref
        for ref, row in known.items()
        if row.state in TAKEN and not counted[ref] and row.ended_at is not None and row.ended_at <= ground.now
    ]
    return lost + [ref for ref, times in counted.items() if times > 1]


def unrecorded(ground: Ground) -> Iterable[str]:
    """I5: in the carrier's log, and we neither know it nor are about to ask."""
    known = _rows(ground)
    return [line.ref for line in ground.log or () if not _admitted(known.get(line.ref), ground)]


def not_to_leave(ground: Ground) -> Iterable[str]:
    """I4: after the end, by our own story; with the log also: later than the guard allows after the gate."""
    return [*after_the_end(ground), *_late_calls(ground)]


def no_rates(ground: Ground) -> str:
    """Say why rates cannot be asked about."""
    return without_log(ground) or ("" if ground.log_channel in ground.manners.rates else N_("该通道没有发送速率限制。"))


def too_fast(ground: Ground) -> Iterable[str]:
    """I11: a call that brought more than the rate and the burst of its way out allowed at that moment."""
    rate = ground.manners.rates[ground.log_channel]
    left, before = float(rate.burst), None
    counted = Counter(line.reference for line in ground.log or ())
    for reference, at in sorted(_calls(ground).items(), key=lambda call: call[1]):
        if before is not None:
            left = min(float(rate.burst), left + (at - before).total_seconds() * rate.a_second)
        before, left = at, left - counted[reference]
        if left < -_slack(rate):
            yield reference


def _slack(rate: Rate) -> float:
    """Return what is forgiven: a bucket counts by its own clock, so a second more may have passed there."""
    return rate.a_second + 1


def _late_calls(ground: Ground) -> list[str]:
    calls = _calls(ground)
    if not calls:
        return []
    submitted = db.session.execute(
        select(SendAttempt.ref, SendAttempt.submitting_at).where(SendAttempt.channel == ground.log_channel)
    )
    return [ref for ref, at in submitted if at is not None and ref in calls and calls[ref] - at > GUARD]


def _calls(ground: Ground) -> Mapping[str, datetime]:
    """Return when each call arrived."""
    calls: dict[str, datetime] = {}
    for line in ground.log or ():
        calls.setdefault(line.reference, line.at)
    return calls


def _rows(ground: Ground) -> dict[str, _Row]:
    wanted = (
        select(Message.ref, Message.state, SendAttempt.submitting_at, Message.ended_at)
        .outerjoin(SendAttempt, SendAttempt.id == Message.attempt_id)
        .where(Message.channel == ground.log_channel)
    )
    return {ref: _Row(state, begun, ended) for ref, state, begun, ended in db.session.execute(wanted)}


def _admitted(row: _Row | None, ground: Ground) -> bool:
    if row is None:
        return False
    if row.state in TAKEN or row.state == "undelivered_permanent":
        return True
    # No lease was left to run out, no question to ask: somebody still has to write it down.
    begun = row.submitting_at
    return row.state in OPEN and begun is not None and begun > ground.now - UNTIL_ASKED - ground.settling
