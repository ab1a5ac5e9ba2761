"""What graduates answered, and which of it stands: asked by audiences, by the gate of sending, by figures and cases.

An answer stands when the national system shows it, or when it came from the
graduate's own page behind a code to the registered number. An own answer that
nobody verified opens a case; it confirms nothing, enters no figure and stops no
reminder. A registration made anew is to be confirmed anew: the national system
then shows the graduate as unconfirmed again, in a later snapshot. An own answer
is not undone by that, because it never stood in the national system.
"""

from collections.abc import Collection
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from casework.db import db
from casework.intake.models import Confirmation, Record, Revision

CONFIRMED, WRONG, NEVER = "confirmed", "wrong_information", "never_signed"
CODES = MappingProxyType({CONFIRMED: "CONFIRMED", WRONG: "WRONG_INFO", NEVER: "NEVER_SIGNED"})
"""Our word for each answer, and the national system's, under which it is stored."""
OPEN = ("", "UNCONFIRMED")
OWN_PAGE, NATIONAL = "own_page", "national"
AT_ONCE = 500


def stands() -> ColumnElement[bool]:
    """Return the condition that a row of `Confirmation` is an answer that counts."""
    later = aliased(Confirmation)
    asked_again = exists().where(
        later.record_id == Confirmation.record_id,
        later.status.in_(OPEN),
        later.source == NATIONAL,
        later.snapshot_on > Confirmation.snapshot_on,
    )
    return and_(
        Confirmation.verified,
        Confirmation.status.not_in(OPEN),
        or_(Confirmation.source == OWN_PAGE, ~asked_again),
    )


def answered_condition() -> ColumnElement[bool]:
    """Return the condition that the graduate of a row of `Record` has answered; it can be put into any SELECT.

    What a registration export says of the confirmation counts too: some universities hand in nothing else.
    """
    said = exists().where(Confirmation.record_id == Record.id, stands())
    registered = exists().where(Revision.id == Record.revision_id, Revision.confirm_status.not_in(OPEN))
    return or_(said, registered)


def is_answered(record_id: int) -> bool:
    """Say whether the graduate of a record has answered, so that nobody reminds them any more."""
    return bool(answered_records([record_id]))


def answered_records(record_ids: Collection[int]) -> set[int]:
    """Return those of these records whose graduates have answered."""
    ids, found = sorted(record_ids), set[int]()
    for start in range(0, len(ids), AT_ONCE):
        wanted = select(Record.id).where(Record.id.in_(ids[start : start + AT_ONCE]), answered_condition())
        found |= set(db.session.scalars(wanted))
    return found


def standing() -> Select[int, int]:
    """Return a SELECT of `record_id` and the `id` of the answer that stands: of several the last one."""
    newest = select(Confirmation.record_id, func.max(Confirmation.id).label("id"))
    return newest.where(stands()).group_by(Confirmation.record_id)


def lock_records(record_ids: Collection[int]) -> None:
    """Let no message leave for these graduates before the commit, in the order in which everybody locks records.

    Whoever writes an answer does so first; the gate of sending holds the same rows for reading. SQLite needs
    none of it: the unit of work holds its one write lock.
    """
    ids = sorted(record_ids)
    for start in range(0, len(ids), AT_ONCE):
        some = Record.id.in_(ids[start : start + AT_ONCE])
        db.session.execute(select(Record.id).where(some).order_by(Record.id).with_for_update(key_share=True)).all()


def answered_at(confirm_time: datetime | None, *, taken_at: datetime) -> datetime:
    """Return when an answer of an export was given, so far as anybody knows: at the latest when it was taken."""
    return confirm_time or taken_at
