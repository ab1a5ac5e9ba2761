"""Ways out that are held, and the choice among several providers of one sort.

A hold of ours ends after a while by trying again; a person's hold ends by a
person. SMS may have two providers: each occasion is one provider's, by weight;
when that one is held, what is still ready goes to the other. What has been
handed over, or may have been, never does.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update

from casework import clock
from casework.db import affected, db, insert_new
from casework.notices.gathering import ALONE
from casework.notices.models import Message, Provider
from casework.notices.ways import SMS, sms

HELD_FOR = timedelta(minutes=10)
LOGICAL_SMS = "sms"
"""The name that every SMS provider has in a dedup key: one occasion is one SMS, whoever carries it."""


def logical(channel: str) -> str:
    """Return the name under which a channel stands in a dedup key."""
    return LOGICAL_SMS if channel in SMS else channel


def is_held(channel: str) -> bool:
    """Say whether a way out is held: by a person until released, by ourselves until it is tried again."""
    row = db.session.execute(select(Provider.held_at, Provider.held_by_id).filter_by(channel=channel)).one_or_none()
    return row is not None and _holds(row.held_at, row.held_by_id)


def hold(channel: str, *, because: str) -> None:
    """Hold a way out for a while because it refuses our own access; the messages wait, or go by the other provider."""
    now = clock.now()
    if not insert_new(Provider, keys=("channel",), channel=channel, weight=1, held_at=now, held_because=because):
        ours = update(Provider).where(Provider.channel == channel, Provider.held_by_id.is_(None))
        db.session.execute(ours.values(held_at=now, held_because=because))


def release(channel: str) -> None:
    """Open a way out again that we held ourselves: it has just taken a message."""
    held = update(Provider).where(
        Provider.channel == channel, Provider.held_at.is_not(None), Provider.held_by_id.is_(None)
    )
    db.session.execute(held.values(held_at=None, held_because=""))


def open_weights() -> Mapping[str, int]:
    """Return the SMS providers that may be taken now and how often: held ones and those of weight 0 are left out."""
    rows = {row.channel: row for row in db.session.scalars(select(Provider).where(Provider.channel.in_(sms())))}
    weights = {
        channel: row.weight if (row := rows.get(channel)) is not None else 1
        for channel in sms()
        if channel not in rows or not _holds(rows[channel].held_at, rows[channel].held_by_id)
    }
    return {channel: weight for channel, weight in weights.items() if weight > 0}


def choose(occasion: str, weights: Mapping[str, int]) -> str | None:
    """Return the provider for an occasion, the same one whenever it is asked; None when none may be taken."""
    total = sum(weights.values())
    if not total:
        return None
    point = int.from_bytes(hashlib.sha256(occasion.encode()).digest()[:8]) % total
    for channel, weight in weights.items():
        point -= weight
        if point < 0:
            return channel
    return None


def reroute(channel: str) -> tuple[str, int]:
    """Give what is ready at a held SMS provider to the other; return to whom and how many. Nothing in doubt moves."""
    others = {name: weight for name, weight in open_weights().items() if name != channel}
    other = max(others, key=lambda name: others[name], default="")
    if channel not in SMS or not other:
        return "", 0
    ours = Message.kind.not_in(ALONE)  # what tests one provider would say nothing by the other
    waiting = update(Message).where(Message.channel == channel, Message.state == "ready", ours)
    return other, affected(waiting.values(channel=other).execution_options(synchronize_session=False))


def _holds(held_at: datetime | None, held_by_id: int | None) -> bool:
    if held_at is None:
        return False
    return held_by_id is not None or held_at > clock.now() - HELD_FOR
