"""Who has not confirmed yet, by college and class: work to do, in the order of names, and no measure of anybody.

No share and no rank is computed: a class with three open names needs three talks,
whatever stands beside another class (N1.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select

from casework.campaigns.answers import answered
from casework.campaigns.models import ContactTask
from casework.campaigns.queries import within_scopes
from casework.db import db
from casework.intake.models import Record, Revision
from workflows.access import SYSTEM, Actor, scope_of

ACTION = "case:read"
PAGE = 100


@dataclass(frozen=True)
class Group:
    """One class (or, with an empty `class_name`, one college) and how many of it have not confirmed."""

    college: str
    class_name: str
    number: int
    tasks: int


@dataclass(frozen=True)
class Open:
    """One graduate who has not confirmed, and whether a person has to reach them."""

    place: int
    ref: str
    student_no: str
    name: str
    counsellor: str
    task: str | None


def reads_any(actor: Actor) -> bool:
    """Say whether this person sees graduates at all: a right to some sorts of cases alone shows none."""
    return actor is SYSTEM or any(scope.kinds is None and scope.states is None for scope in scope_of(actor, ACTION))


def groups(actor: Actor, *, round_id: int, college: str | None = None) -> Sequence[Group]:
    """Return the colleges in a person's sight with unconfirmed graduates, or the classes of one college; by name."""
    place = Revision.college if college is None else Revision.class_name
    task = exists().where(ContactTask.record_id == Record.id, ContactTask.state == "open")
    wanted = (
        _open(actor, round_id)
        .with_only_columns(place, func.count(), func.count().filter(task))
        .group_by(place)
        .order_by(place)
    )
    if college is not None:
        wanted = wanted.where(Revision.college == college)
    rows = db.session.execute(wanted)
    return [Group(row[0] if college is None else college, "" if college is None else row[0], *row[1:]) for row in rows]


def graduates(
    actor: Actor, *, round_id: int, college: str, class_name: str, after: tuple[str, int] = ("", 0)
) -> Sequence[Open]:
    """Return unconfirmed graduates of one class, a page behind a student number; the last may be one too many."""
    wanted = (
        _open(actor, round_id)
        .outerjoin(ContactTask, and_(ContactTask.record_id == Record.id, ContactTask.state == "open"))
        .where(Revision.college == college, Revision.class_name == class_name)
        .where(or_(Record.student_no > after[0], and_(Record.student_no == after[0], Record.id > after[1])))
        .with_only_columns(
            Record.id, Record.ref, Record.student_no, Record.name, Revision.counsellor, ContactTask.ref.label("task")
        )
        .order_by(Record.student_no, Record.id)
        .limit(PAGE + 1)
    )
    return [Open(*row) for row in db.session.execute(wanted)]


def total(actor: Actor, *, round_id: int) -> int:
    """Count everybody in a person's sight who has not confirmed."""
    return db.session.scalar(_open(actor, round_id).with_only_columns(func.count())) or 0


def _open(actor: Actor, round_id: int) -> Select:
    return (
        select(Record.id)
        .join(Revision, Revision.id == Record.revision_id)
        .where(Record.round_id == round_id, _in_sight(actor), not_(answered(Record.id)))
    )


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    return or_(false(), within_scopes(Record.organisation_id, actor, ACTION, college_id=Record.college_id))
