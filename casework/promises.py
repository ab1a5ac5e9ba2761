"""Work that was promised in the transaction that made it necessary.

A promise is a row: a job's name and its arguments (ids, never objects). The
queue is only a doorbell that is rung after the commit; when it is lost with
everything else in Redis, the scheduler finds the row and rings again. A job
that runs twice looks first whether it is already done.

The same row carries the progress that a page shows and the result that it
links to. `Tick` makes sure that of two schedulers only one does a thing;
`Heartbeat` says who is alive.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, UniqueConstraint, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, mapped_column

from casework import clock
from casework.db import Code, Words, affected, db, insert_new, new_ref

LEASE = timedelta(seconds=120)
ATTEMPTS = 5
_RING = "promises_to_ring"


class Promise(db.Model):
    """One promised job, its progress and its result."""

    __tablename__ = "promises"
    __table_args__ = (Index("ix_promises_waiting", "done_at", "not_before"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    name: Mapped[Code]
    arguments: Mapped[dict]
    promised_at: Mapped[datetime] = mapped_column(default=clock.now)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    fault: Mapped[Words | None]
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict | None]
    stop_asked_at: Mapped[datetime | None]  # a person no longer wants it; the job looks and ends without a trace


class Tick(db.Model):
    """One turn of a periodic task; the insert is the claim, so of two schedulers the second loses."""

    __tablename__ = "sched_ticks"
    __table_args__ = (UniqueConstraint("task", "tick_at"),)

    task: Mapped[Code]
    tick_at: Mapped[datetime]


class Heartbeat(db.Model):
    """When a process was last seen alive."""

    __tablename__ = "heartbeats"

    name: Mapped[Code] = mapped_column(unique=True)
    beat_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


def promise(name: str, **arguments: object) -> Promise:
    """Promise a job by name, in the transaction of the change that needs it."""
    promised = Promise(ref=new_ref(), name=name, arguments=arguments)
    db.session.add(promised)
    db.session.info.setdefault(_RING, []).append(promised.ref)
    return promised


def to_ring() -> list[str]:
    """Hand over (once) the refs of promises made in this unit of work, for the doorbell."""
    return db.session.info.pop(_RING, [])


def claim(ref: str) -> Promise | None:
    """Take a promise for `LEASE`, or return None when it is done, failed for good, or in other hands."""
    now = clock.now()
    taken = affected(
        update(Promise)
        .where(Promise.ref == ref, Promise.done_at.is_(None), Promise.failed_at.is_(None), Promise.not_before <= now)
        .where(or_(Promise.lease_until.is_(None), Promise.lease_until < now))
        .values(lease_until=now + LEASE, attempts=Promise.attempts + 1)
    )
    if not taken:
        return None
    return db.session.scalars(select(Promise).filter_by(ref=ref).execution_options(populate_existing=True)).one()


def extend(ref: str, *, progress: int, total: int) -> None:
    """Say how far a job is; saying so also keeps its lease."""
    db.session.execute(
        update(Promise).filter_by(ref=ref).values(progress=progress, total=total, lease_until=clock.now() + LEASE)
    )


def forgotten(limit: int = 200) -> list[str]:
    """Return refs of promises that nobody is keeping: never begun, or begun by somebody who died."""
    now = clock.now()
    waiting = (
        select(Promise.ref)
        .where(Promise.done_at.is_(None), Promise.failed_at.is_(None), Promise.not_before <= now)
        .where(or_(Promise.lease_until.is_(None), Promise.lease_until < now))
        .order_by(Promise.not_before)
        .limit(limit)
    )
    return list(db.session.scalars(waiting))


def claim_tick(task: str, tick_at: datetime) -> bool:
    """Claim one turn of a periodic task; False when another scheduler has it."""
    return insert_new(Tick, keys=("task", "tick_at"), task=task, tick_at=tick_at)


def prune_ticks(before: datetime) -> None:
    """Delete ticks that no scheduler can ask for any more."""
    db.session.execute(delete(Tick).where(Tick.tick_at < before))


def beat(name: str, note: str = "") -> None:
    """Say that this process is alive."""
    statement = _insert()(Heartbeat).values(name=name, beat_at=clock.now(), note=note)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"beat_at": clock.now(), "note": note})
    )


def last_beat(name: str) -> Heartbeat | None:
    """Return when a process was last seen, or None."""
    return db.session.scalars(select(Heartbeat).filter_by(name=name)).one_or_none()


def _insert() -> Callable[..., Any]:
    return insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
