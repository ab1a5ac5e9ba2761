"""A hundred items, one letter: what is ready for one person on one channel leaves together.

Only reminders gather. Each member ends as `merged` and names the letter that
speaks for it; what the letter says is counted at the gate, from the members that
still stand then. A letter that waits (for the morning, or for another attempt)
takes up what has come since. Two processes that do this at once lock the rows in
one order, so the second finds nothing left to gather.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Integer, Row, func, insert, select, update

from casework import clock
from casework.db import db, new_ref
from casework.notices.gathering import ALONE, GATHERED, gathers
from casework.notices.given import given, read
from casework.notices.models import Message
from casework.notices.statuses import move_each, note_events
from casework.notices.ways import manners
from notifications.kinds import REMINDER

NOTE = "gathered into one letter"


def bundle(channel: str, *, now: datetime) -> int:
    """Gather what is ready now on a channel; return for how many messages another one speaks since."""
    if not manners().gather or not gathers(GATHERED, message_class=REMINDER, channel=channel):
        return 0
    of_one = sorted(_crowded(channel, now), key=lambda row: (row.person_id, row.id))
    groups = [rows for _, found in groupby(of_one, key=lambda row: row.person_id) if len(rows := list(found)) > 1]
    if not groups:
        return 0
    written = _write([rows for rows in groups if _waiting_letter(rows) is None], channel=channel)
    speaks: dict[int, int] = {}
    for rows in groups:
        letter = _waiting_letter(rows) or written[_key(rows, channel)]
        speaks |= {row.id: letter for row in rows if row.id != letter}
    speak_instead(speaks)  # a letter that goes into another one leaves its members to that
    merged = [{"id": member, "note": NOTE, "bundle_id": letter} for member, letter in speaks.items()]
    return len(move_each(merged, leaves="ready", enters="merged"))


def _crowded(channel: str, now: datetime) -> Sequence[Row]:
    """Lock and return what is ready for people who would get more than one letter."""
    ready = (
        Message.channel == channel,
        Message.class_ == REMINDER,
        Message.state == "ready",
        Message.next_at <= now,
        Message.kind.not_in(ALONE),
    )
    several = select(Message.person_id).where(*ready).group_by(Message.person_id).having(func.count() > 1)
    columns = (Message.id, Message.ref, Message.person_id, Message.organisation_id, Message.kind, Message.attempts)
    wanted = select(*columns).where(*ready, Message.person_id.in_(several)).order_by(Message.id)
    return db.session.execute(wanted.with_for_update()).all()


def _waiting_letter(rows: Sequence[Row]) -> int | None:
    """Return the letter among them that takes up the others: the one that was tried least, then the oldest."""
    letters = [(row.attempts, row.id) for row in rows if row.kind == GATHERED]
    return min(letters)[1] if letters else None


def _key(rows: Sequence[Row], channel: str) -> str:
    """Return the occasion of a new letter: its first member, which no other letter can speak for."""
    return f"{GATHERED}:{rows[0].ref}:{rows[0].person_id}:{channel}"


def _write(groups: Sequence[Sequence[Row]], *, channel: str) -> Mapping[str, int]:
    """Write a letter for each group, ready to leave; return their ids by their occasion."""
    if not groups:
        return {}
    now = clock.now()
    letters = [
        {
            "ref": new_ref(),
            "dedup_key": _key(rows, channel),
            "organisation_id": rows[0].organisation_id if len({row.organisation_id for row in rows}) == 1 else None,
            "person_id": rows[0].person_id,
            "kind": GATHERED,
            "class_": REMINDER,
            "channel": channel,
            "params": {},
            "state": "ready",
            "next_at": now,
            "attempts": min(row.attempts for row in rows),
        }
        for rows in groups
    ]
    made = db.session.execute(insert(Message).returning(Message.id, Message.dedup_key), letters).all()
    note_events([row.id for row in made], leaves="", enters="ready", note=NOTE)
    return {row.dedup_key: row.id for row in made}


def speak_instead(letters: Mapping[int, int]) -> None:
    """Let each of the new letters speak for the members of the old one: old id → new id."""
    table = given(list(letters.items()))
    theirs = update(Message).where(Message.bundle_id == read(table, 0, Integer()))
    db.session.execute(theirs.values(bundle_id=read(table, 1, Integer())).execution_options(synchronize_session=False))
