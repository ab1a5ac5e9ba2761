"""Keep the stored timers of a case or report equal to what the ladder says.

Inserting the row is the claim: the key (subject, clock, rung, due date) exists
once. A timer that has spoken stays as it is; a cancelled one that never spoke
is armed again when its date comes back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.models import Timer
from casework.reports.models import Report
from workflows.clocks import Due
from workflows.escalation import Ladder, Rung

SAID = frozenset({"fired", "expired"})
"""States of a timer whose words were spoken, by itself or by a later rung that spoke for it."""

KEY = ("case_key", "report_key", "clock", "rung", "due_on")


@dataclass(frozen=True)
class Armed:
    """What changes among the timers of one subject: rungs armed, how many cancelled, rows still to `write`."""

    armed: tuple[str, ...]
    cancelled: int
    rows: tuple[Mapping[str, object], ...] = ()


def arm(
    subject: Case | Report, *, due: Due | None, planned: Sequence[Rung], ladder: Ladder, timers: Sequence[Timer]
) -> Armed:
    """Arm what is planned and not yet armed, cancel whatever else is armed; new rows are the caller's to `write`."""
    now = clock.now()
    known = {(timer.clock, timer.rung, timer.due_on): timer for timer in timers}
    wanted = {(due.clock, rung.code, due.on): rung for rung in planned} if due else {}
    obsolete = [timer.id for key, timer in known.items() if timer.state == "armed" and key not in wanted]
    if obsolete:
        cancel = update(Timer).where(Timer.id.in_(obsolete), Timer.state == "armed")
        db.session.execute(cancel.values(state="cancelled", ended_at=now))
    if due is None:
        return Armed((), len(obsolete))
    audiences = {step.code: step.audience[0] for step in ladder.rungs}
    rows, armed = [], []
    for key, rung in wanted.items():
        row = _row(subject, due=due, code=rung.code, audience=audiences[rung.code], fire_at=rung.fire_at)
        rows += [_spoken_for(row, code, audiences[code]) for code in rung.missed]
        before = known.get(key)
        if before is None or before.state == "cancelled":
            rows.append(row)
            armed.append(rung.code)
        elif before.fire_at != rung.fire_at and before.fire_at > now:
            db.session.execute(
                update(Timer).where(Timer.id == before.id, Timer.state == "armed").values(fire_at=rung.fire_at)
            )
    return Armed(tuple(armed), len(obsolete), tuple(rows))


def write(rows: Sequence[Mapping[str, object]]) -> None:
    """Insert timers, or arm those again that were cancelled before they spoke; many at once."""
    if not rows:
        return
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    statement = insert(Timer.__table__)
    new = {name: statement.excluded[name] for name in ("state", "due_at", "fire_at", "armed_at", "ended_at")}
    again = statement.on_conflict_do_update(
        index_elements=list(KEY), set_=new, where=(Timer.state == "cancelled") | (Timer.state == "armed")
    )
    db.session.execute(again, list(rows))


def _row(subject: Case | Report, *, due: Due, code: str, audience: str, fire_at: datetime) -> dict:
    is_case = isinstance(subject, Case)
    return {
        "case_id": subject.id if is_case else None,
        "report_id": None if is_case else subject.id,
        "case_key": subject.id if is_case else 0,
        "report_key": 0 if is_case else subject.id,
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
