"""Work that was promised in the transaction that made it necessary.

A promise is a row: a job's name and its arguments (ids, never objects). The
queue is only a doorbell that is rung after the commit; when it is lost with
everything else in Redis, the scheduler finds the row and rings again. A job
that runs twice looks first whether it is already done.

The same row carries the progress that a page shows and the result that it
links to. `Tick` makes sure that of two schedulers only one does a thing;
`Heartbeat` says who is alive.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Index, UniqueConstraint, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Mapped, mapped_column

from casework import clock
from casework.db import Code, Words, affected, db, insert_new, new_ref

LEASE = timedelta(seconds=120)
ATTEMPTS = 5
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600))
"""How long an attempt that ended badly keeps the next one waiting."""
DIED = "killed"
"""The fault of an attempt that wrote none down, because its process was ended from outside."""
_RING = "promises_to_ring"


class Bell(NamedTuple):
    """What is rung for a promise: its ref, and its job's name, which says in which queue."""

    ref: str
    job: str


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
    db.session.info.setdefault(_RING, []).append(Bell(promised.ref, name))
    return promised


def to_ring() -> list[Bell]:
    """Hand over (once) the promises made in this unit of work, for the doorbell."""
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


def forgotten(limit: int = 200) -> list[Bell]:
    """Return promises that nobody is keeping: never begun, or begun by somebody who died."""
    now = clock.now()
    waiting = (
        select(Promise.ref, Promise.name)
        .where(Promise.done_at.is_(None), Promise.failed_at.is_(None), Promise.not_before <= now)
        .where(or_(Promise.lease_until.is_(None), Promise.lease_until < now))
        .order_by(Promise.not_before)
        .limit(limit)
    )
    return [Bell(row.ref, row.name) for row in db.session.execute(waiting)]


def release(refs: Collection[str]) -> list[Bell]:
    """Take leases back from processes that are known to be dead; return what may be rung for at once.

    The first death may be an accident and is made good immediately; whatever dies
    again waits longer each time, or one poisonous job would keep a worker dying.
    """
    now, at_once = clock.now(), []
    held = select(Promise).where(
        Promise.ref.in_(refs), Promise.done_at.is_(None), Promise.failed_at.is_(None), Promise.lease_until >= now
    )
    for promised in db.session.scalars(held.with_for_update(skip_locked=True)):
        promised.lease_until = None
        if promised.attempts <= 1:
            at_once.append(Bell(promised.ref, promised.name))
        else:
            promised.not_before = now + PAUSES[min(promised.attempts, len(PAUSES)) - 1]
    return at_once


def give_up() -> list[Bell]:
    """Declare failed what died as often as a job is tried; return it. Nobody else would ever end it."""
    now = clock.now()
    died = (
        update(Promise)
        .where(Promise.done_at.is_(None), Promise.failed_at.is_(None), Promise.attempts >= ATTEMPTS)
        .where(or_(Promise.lease_until.is_(None), Promise.lease_until < now), Promise.not_before <= now)
        .values(failed_at=now, fault=DIED, lease_until=None)
        .returning(Promise.ref, Promise.name)
        .execution_options(synchronize_session=False)
    )
    return [Bell(row.ref, row.name) for row in db.session.execute(died)]


def claim_tick(task: str, tick_at: datetime) -> bool:
    """Claim one turn of a periodic task; False when another scheduler has it."""
    return insert_new(Tick, keys=("task", "tick_at"), task=task, tick_at=tick_at)


def count_ticks(since: datetime) -> dict[str, int]:
    """Count the turns that were taken since a moment: task → number."""
    rows = db.session.execute(
        select(Tick.task, func.count().label("n")).where(Tick.tick_at >= since).group_by(Tick.task)
    )
    return {row.task: row.n for row in rows}


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


def beats() -> Sequence[Heartbeat]:
    """Return when each process and each periodic task was last seen, by name."""
    return db.session.scalars(select(Heartbeat).order_by(Heartbeat.name)).all()


def prune_beats(before: datetime, *, prefix: str) -> None:
    """Forget processes of a kind that were last seen before a moment: they will not come back under that name."""
    old = delete(Heartbeat).where(Heartbeat.beat_at < before, Heartbeat.name.startswith(prefix, autoescape=True))
    db.session.execute(old)


def _insert() -> Callable[..., Any]:
    return insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
