"""The life of a message and of a provider call, as tables, and the functions that may write either status.

Every change names the status that it leaves and checks what it found: that is
the fence between two processes that both believe to hold the same row. Rank
only goes up, so a late word never undoes a final one; a resend is a new row.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import insert, literal, select, update

from casework import clock
from casework.db import affected, db
from casework.notices.given import given, read
from casework.notices.models import Message, MessageEvent, SendAttempt

STEPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ready": frozenset({"leased", "suppressed", "expired", "cancelled", "merged", "dead"}),
        "leased": frozenset({"ready", "submitting", "suppressed", "expired", "cancelled", "merged", "dead"}),
        "submitting": frozenset({"accepted", "ready", "in_doubt", "undelivered_permanent", "dead"}),
        "in_doubt": frozenset({"accepted", "ready", "undelivered_permanent", "no_receipt", "dead"}),
        "accepted": frozenset({"delivered", "undelivered_permanent", "undelivered_temporary", "no_receipt"}),
        "undelivered_temporary": frozenset({"delivered", "undelivered_permanent", "no_receipt"}),
        "no_receipt": frozenset({"delivered", "undelivered_permanent"}),
        "delivered": frozenset(),
        "undelivered_permanent": frozenset({"delivered"}),  # of contradictory receipts the better one stands
        "suppressed": frozenset(),
        "expired": frozenset(),
        "cancelled": frozenset(),
        "merged": frozenset(),
        "dead": frozenset(),
    }
)
"""Which status a message may take from which."""

UNDER_WAY = frozenset({"ready", "leased", "submitting", "in_doubt"})

ATTEMPT_STEPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "prepared": frozenset({"submitting", "lapsed", "empty"}),
        "submitting": frozenset({"recorded", "in_doubt"}),
        "in_doubt": frozenset({"recorded", "settled"}),
        "lapsed": frozenset(),
        "empty": frozenset(),
        "recorded": frozenset(),
        "settled": frozenset(),
    }
)
"""Which status a provider call may take from which: `lapsed` was never called, `empty` had nobody left to tell."""


def move(ids: Iterable[int], *, leaves: str, enters: str, note: str = "", **values: object) -> tuple[int, ...]:
    """Move those of the messages that still stand at `leaves`; return their ids, and write an event for each."""
    _permit(STEPS, leaves, enters)
    wanted = list(ids)
    if not wanted:
        return ()
    if enters not in UNDER_WAY:
        values.setdefault("ended_at", clock.now())
    moved = db.session.scalars(
        update(Message)
        .where(Message.id.in_(wanted), Message.state == leaves)
        .values(state=enters, **values)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    note_events(moved, leaves=leaves, enters=enters, note=note)
    return tuple(sorted(moved))


def move_each(rows: Sequence[Mapping[str, object]], *, leaves: str, enters: str, **values: object) -> tuple[int, ...]:
    """Move messages as `move` does, each with values of its own, in two statements however many there are.

    A row names its message as `id`, its words as `note`, and the same columns as every other row.
    """
    _permit(STEPS, leaves, enters)
    if not rows:
        return ()
    if enters not in UNDER_WAY:
        values.setdefault("ended_at", clock.now())
    columns = Message.__table__.c
    names = [name for name in rows[0] if name not in {"id", "note"}]
    table = given([[row["id"], *(row[name] for name in names)] for row in rows])
    own = {name: read(table, place, columns[name].type) for place, name in enumerate(names, start=1)}
    moved = db.session.scalars(
        update(Message)
        .where(Message.id == read(table, 0, columns.id.type), Message.state == leaves)
        .values(state=enters, **own, **values)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    notes = {row["id"]: row.get("note", "") for row in rows}
    _write_events([(each, notes[each]) for each in sorted(moved)], leaves=leaves, enters=enters)
    return tuple(sorted(moved))


def note_events(ids: Sequence[int], *, leaves: str, enters: str, note: str = "") -> None:
    """Write down, once for each message, that its status changed."""
    _write_events([(each, note) for each in ids], leaves=leaves, enters=enters)


def _write_events(told: Sequence[tuple[int, object]], *, leaves: str, enters: str) -> None:
    if not told:
        return
    columns = MessageEvent.__table__.c
    table = given(told)
    same = [
        literal(value, columns[name].type)
        for name, value in (("at", clock.now()), ("from_state", leaves), ("to_state", enters))
    ]
    rows = select(read(table, 0, columns.message_id.type), *same, read(table, 1, columns.note.type))
    names = ["message_id", "at", "from_state", "to_state", "note"]
    db.session.execute(insert(MessageEvent).from_select(names, rows, include_defaults=False))


def move_attempt(attempt_id: int, *, leaves: str, enters: str, **values: object) -> bool:
    """Move a provider call that still stands at `leaves`; False when somebody else has moved it before."""
    _permit(ATTEMPT_STEPS, leaves, enters)
    if not ATTEMPT_STEPS[enters]:
        values.setdefault("ended_at", clock.now())
    moved = affected(
        update(SendAttempt)
        .where(SendAttempt.id == attempt_id, SendAttempt.state == leaves)
        .values(state=enters, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(moved)


def _permit(steps: Mapping[str, frozenset[str]], leaves: str, enters: str) -> None:
    if enters not in steps[leaves]:
        raise ValueError(f"no status goes from {leaves} to {enters}")
