"""Keep the stored timers of cases, leads and reports equal to what the ladder says.

Inserting the row is the claim: the key (subject, clock, rung, due date) exists
once. A timer that has spoken stays as it is; a cancelled one that never spoke
is armed again when its date comes back. What is to change is found first and
written after, so that it can also be only looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.models import Timer
from casework.leads.models import Lead
from casework.reports.models import Report
from workflows.clocks import Due
from workflows.escalation import Ladder, Rung

SUBJECTS = {"case": Case, "report": Report, "lead": Lead}
SAID = frozenset({"fired", "expired"})
"""States of a timer whose words were spoken, by itself or by a later rung that spoke for it."""

KEY = ("case_key", "report_key", "lead_key", "clock", "rung", "due_on")


class Known(Protocol):
    """What must be known of a stored timer."""

    id: int
    clock: str
    rung: str
    audience: str
    due_on: date
    due_at: datetime
    fire_at: datetime
    state: str


@dataclass(frozen=True)
class Arming:
    """What changes among the timers of one subject.

    `armed` are the rungs that will speak now and would not have, `shifted` those
    that will at another time or to somebody else, `disarmed` those that no longer
    will; `rows` is what is written for the first two (rungs that are spoken for
    included) and `cancelled` the ids of the third.
    """

    armed: tuple[str, ...] = ()
    shifted: tuple[str, ...] = ()
    disarmed: tuple[str, ...] = ()
    rows: tuple[Mapping[str, object], ...] = ()
    cancelled: tuple[int, ...] = ()


def arming(
    subject: Case | Report | Lead, *, due: Due | None, planned: Sequence[Rung], ladder: Ladder, timers: Sequence[Known]
) -> Arming:
    """Return what to change so that exactly what is planned and was not said yet is armed."""
    now = clock.now()
    known = {(timer.clock, timer.rung, timer.due_on): timer for timer in timers}
    if due is None:
        return _arming([], [], [timer for timer in timers if timer.state == "armed"], [])
    audiences = {step.code: step.audience[0] for step in ladder.rungs}
    wanted = {(due.clock, rung.code, due.on): rung for rung in planned}
    spoken_for = {(due.clock, code, due.on) for rung in planned for code in rung.missed}
    rows: list[Mapping[str, object]] = []
    armed, shifted = [], []
    for key, rung in wanted.items():
        row = _row(subject, due=due, code=rung.code, audience=audiences[rung.code], fire_at=rung.fire_at)
        before = known.get(key)
        rows += [
            _spoken_for(row, code, audiences[code])
            for code in rung.missed
            if (due.clock, code, due.on) not in known or known[due.clock, code, due.on].state not in SAID
        ]
        if before is None or before.state == "cancelled":
            rows.append(row)
            armed.append(rung.code)
        elif before.fire_at > now and (before.fire_at, before.audience) != (rung.fire_at, row["audience"]):
            rows.append(row)
            shifted.append(rung.code)
    obsolete = [
        timer for key, timer in known.items() if timer.state == "armed" and key not in wanted and key not in spoken_for
    ]
    return _arming(armed, shifted, obsolete, rows)


def _arming(
    armed: Sequence[str], shifted: Sequence[str], obsolete: Sequence[Known], rows: Sequence[Mapping[str, object]]
) -> Arming:
    return Arming(
        armed=tuple(armed),
        shifted=tuple(shifted),
        disarmed=tuple(timer.rung for timer in obsolete),
        rows=tuple(rows),
        cancelled=tuple(timer.id for timer in obsolete),
    )


def carry_out(armings: Sequence[Arming]) -> None:
    """Write what was found to change; the state that a timer leaves is the fence."""
    cancelled = [timer_id for each in armings for timer_id in each.cancelled]
    if cancelled:
        cancel = update(Timer).where(Timer.id.in_(cancelled), Timer.state == "armed")
        db.session.execute(cancel.values(state="cancelled", ended_at=clock.now()))
    _write([row for each in armings for row in each.rows])


def _write(rows: Sequence[Mapping[str, object]]) -> None:
    """Insert timers, or arm those again that were cancelled before they spoke; many at once."""
    if not rows:
        return
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    statement = insert(Timer.__table__)
    changing = ("state", "audience", "due_at", "fire_at", "armed_at", "ended_at")
    again = statement.on_conflict_do_update(
        index_elements=list(KEY),
        set_={name: statement.excluded[name] for name in changing},
        where=(Timer.state == "cancelled") | (Timer.state == "armed"),
    )
    db.session.execute(again, list(rows))


def _row(subject: Case | Report | Lead, *, due: Due, code: str, audience: str, fire_at: datetime) -> dict:
    keys = {name: subject.id if isinstance(subject, sort) else 0 for name, sort in SUBJECTS.items()}
    return {
        **{f"{name}_id": key or None for name, key in keys.items()},
        **{f"{name}_key": key for name, key in keys.items()},
        "clock": due.clock,
        "rung": code,
        "audience": audience,
        "due_on": due.on,
        "due_at": due.at,
        "fire_at": fire_at,
        "state": "armed",
        "armed_at": clock.now(),
        "ended_at": None,
    }


def _spoken_for(row: dict, code: str, audience: str) -> dict:
    """Return the row of a missed rung for which a later one speaks: without it, it would be missed again tomorrow."""
    return row | {"rung": code, "audience": audience, "state": "expired", "ended_at": row["armed_at"]}
