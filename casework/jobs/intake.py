"""Jobs of an import: read every row into staging, and write what a person has confirmed."""

import time
from collections.abc import Callable
from datetime import date

from flask import current_app
from sqlalchemy import select

from casework import promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import FileRefused
from casework.intake.models import Batch
from casework.operations import confirm_batch as confirming
from casework.operations.report_package import clear_packages
from casework.operations.stage_batch import clear_leftovers, code_tables, note_refused, note_staged, parse
from casework.people.actors import actor_of
from casework.people.models import Person

SAY_EVERY = 2.0
UNREAD = frozenset({"uploaded", "inspected", "staging"})


def stage_batch(ref: str, *, batch: str) -> dict:
    """Read the rows of a batch into its staging file; no transaction is open while the file is parsed."""
    settings = current_app.extensions["casework"]
    found = _batch(batch)
    if found.state not in UNREAD:
        return {"batch": batch, "state": found.state}
    tables = code_tables(found.round_id)
    db.session.expunge(found)  # the parser reads it outside of any transaction
    db.session.rollback()
    try:
        staged = parse(found, settings=settings, tables=tables, on_progress=progress_of(ref))
    except FileRefused as refusal:
        with unit_of_work():
            note_refused(_batch(batch), refusal, settings=settings)
        return {"batch": batch, "state": "refused"}
    with unit_of_work():
        now = _batch(batch)
        if now.state in UNREAD:  # it may have been dropped meanwhile
            note_staged(now, staged)
        return {"batch": batch, "state": now.state}


def confirm_batch(_ref: str, *, batch: str, actor: int, taken_on: str | None = None) -> dict:
    """Write the staged rows of a batch, all of them or none."""
    with unit_of_work():
        written = confirming.confirm_batch(
            _batch(batch),
            actor=actor_of(db.session.get_one(Person, actor)),
            settings=current_app.extensions["casework"],
            taken_on=date.fromisoformat(taken_on) if taken_on else None,
        )
        return {"batch": batch, "state": written.state, "counts": written.counts}


def progress_of(ref: str) -> Callable[[int, int], None]:
    """Return a function that says on the promise how far a job is, at most every `SAY_EVERY` seconds."""
    said_at = time.monotonic()

    def say(done: int, total: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at < SAY_EVERY:
            return
        said_at = time.monotonic()
        with unit_of_work():
            promises.extend(ref, progress=done, total=total)

    return say


def _batch(ref: str) -> Batch:
    return db.session.scalars(select(Batch).filter_by(ref=ref)).one()


def clear_staging() -> int:
    """Delete the staged files of batches that are over, and packages that nobody finished; return how many.

    Both hold personal data in the clear.
    """
    settings = current_app.extensions["casework"]
    try:
        return clear_leftovers(settings=settings) + clear_packages(settings)
    finally:
        db.session.rollback()
