"""What has been said to graduates: conditions on messages that audiences and waves ask, and the letters of a wave.

One row is one graduate × wave × way. Which carrier takes an SMS is decided here and
nowhere earlier; the address is opened when the letter leaves, and stands in no row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import InstrumentedAttribute

from casework import clock
from casework.db import db, new_ref
from casework.notices import providers
from casework.notices.given import given, read
from casework.notices.graduates import BY, BY_PHONE, MAIL
from casework.notices.models import Message
from casework.notices.post import ring
from casework.notices.statuses import note_events
from casework.notices.ways import out, sms
from notifications.kinds import CAMPAIGN

KIND = "confirm_reminder"
WAITING = ("ready", "leased")
NOT_TOLD = ("suppressed", "expired", "cancelled", "merged", "dead", "undelivered_permanent")
"""Where a message that told nobody anything ends."""
STAND_INS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {BY_PHONE: ("simulator", "memory", "console"), MAIL: ("memory", "console", "simulator")}
)
"""What carries a sort of message where an installation has no carrier of its own: demonstrations and tests."""


@dataclass(frozen=True)
class Letter:
    """One row to be: a graduate's record, the organisation that holds it, and whether by `sms` or `smtp`."""

    record_id: int
    organisation_id: int
    by: str


def reminded(
    record_id: InstrumentedAttribute[int], *, since: datetime, but_wave: int | None = None
) -> ColumnElement[bool]:
    """Say whether a graduate was told, or is about to be, after a moment; the letters of one wave may be left out."""
    said = exists().where(
        Message.record_id == record_id,
        Message.kind == KIND,
        Message.state.not_in(NOT_TOLD),
        Message.next_at > since,  # when it could leave: a receipt may come days later
        # A letter whose time went by while its campaign stood still waits only to be found expired.
        or_(Message.state.not_in(WAITING), Message.not_after > clock.now()),
    )
    return said if but_wave is None else said.where(Message.wave_id != but_wave)


def told_in(record_id: InstrumentedAttribute[int], wave_id: int) -> ColumnElement[bool]:
    """Say whether a wave has a letter to a graduate already."""
    return exists().where(Message.record_id == record_id, in_wave(wave_id))


def in_wave(wave_id: int) -> ColumnElement[bool]:
    """Say that a message is of a wave, beside a condition that finds it by its graduate.

    The sum keeps the index of waves out of it: a planner that has not counted a young wave yet takes it for empty,
    and would read all of it for each graduate.
    """
    return Message.wave_id + 0 == wave_id


def ways_open(channels: Sequence[str]) -> tuple[str, ...]:
    """Return those of the channels of a campaign for which this installation has any carrier, in their order."""
    return tuple(channel for channel in channels if carriers_of(channel))


def write_letters(
    letters: Sequence[Letter], *, campaign_id: int, wave_id: int, on: str, next_at: datetime, not_after: datetime
) -> int:
    """Write those letters that were not written before, ring for their carriers, return how many were new."""
    table, new = Message.__table__, list[int]()
    weights = providers.open_weights()
    make = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    for by in dict.fromkeys(letter.by for letter in letters):
        rows, carriers = [], carriers_of(by)
        for letter in letters:
            if letter.by == by:
                key = f"campaign:{campaign_id}:{wave_id}:{letter.record_id}:{by}"
                carrier = _one_of(carriers, key, weights)
                rows.append([letter.record_id, letter.organisation_id, new_ref(), key, carrier])
        chosen = _rows(rows, wave_id=wave_id, params={"on": on, BY: by}, next_at=next_at, not_after=not_after)
        once = make(table).from_select(list(chosen.selected_columns.keys()), chosen, include_defaults=False)
        once = once.on_conflict_do_nothing(index_elements=["dedup_key"])
        new += db.session.scalars(once.returning(table.c.id)).all()
        for channel in sorted({str(row[4]) for row in rows}):
            ring(channel, at=next_at)
    note_events(new, leaves="", enters="ready")
    return len(new)


def _rows(
    rows: Sequence[Sequence[object]],
    *,
    wave_id: int,
    params: Mapping[str, object],
    next_at: datetime,
    not_after: datetime,
) -> Select:
    columns = Message.__table__.c
    table = given(rows)
    own = ("record_id", "organisation_id", "ref", "dedup_key", "channel")
    same = {
        "wave_id": wave_id,
        "kind": KIND,
        "class": CAMPAIGN,
        "params": params,
        "state": "ready",
        "next_at": next_at,
        "not_after": not_after,
        "attempts": 0,
        "provider_ref": "",
        "created_at": clock.now(),
        "handled_how": "",
    }
    return select(
        *(read(table, place, columns[name].type).label(name) for place, name in enumerate(own)),
        *(literal(value, columns[name].type).label(name) for name, value in same.items()),
    ).where(literal(True))  # noqa: FBT003 - SQLite takes ON CONFLICT for a part of a join unless a WHERE comes first


def carriers_of(by: str) -> tuple[str, ...]:
    """Return what carries one sort of message here: its own carriers, or whatever stands in for them."""
    own = (MAIL,) if by == MAIL and MAIL in out() else sms() if by != MAIL else ()
    return own or tuple(channel for channel in STAND_INS.get(by, ()) if channel in out())[:1]


def carrier_of(by: str, key: str, weights: Mapping[str, int]) -> str:
    """Return which of several carriers takes one message, by weight; there has to be one."""
    return _one_of(carriers_of(by), key, weights)


def _one_of(carriers: Sequence[str], key: str, weights: Mapping[str, int]) -> str:
    return (providers.choose(key, weights) if len(carriers) > 1 else None) or carriers[0]
