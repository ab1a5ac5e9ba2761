"""Questions about declared ties, and how one is shown: a student number stays masked, as everywhere."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework.db import db
from casework.errors import N_, NotFound
from casework.people.models import Person, Relation
from workflows.ties import DECLARABLE, Match, Tie

MOST = 300
STUDENTS = frozenset({Match.STUDENT, Match.COUNSELLOR})
SHOWN_AT_EACH_END = 4


def ties_declared(person: Person) -> Sequence[Relation]:
    """Return every tie of a person, those in force first, the newest of each first."""
    wanted = select(Relation).filter_by(person_id=person.id).options(joinedload(Relation.declared_by))
    return db.session.scalars(wanted.order_by(Relation.withdrawn_at.is_not(None), Relation.id.desc())).all()


def standing_ties_of(person_ids: Collection[int]) -> Sequence[Relation]:
    """Return the ties in force of these persons, person by person; no more than a page can hold."""
    wanted = (
        select(Relation)
        .join(Person, Person.id == Relation.person_id)
        .where(Relation.person_id.in_(list(person_ids)), Relation.withdrawn_at.is_(None))
        .options(joinedload(Relation.person), joinedload(Relation.declared_by))
        .order_by(Person.login, Relation.id)
    )
    return db.session.scalars(wanted.limit(MOST)).all()


def get_tie(ref: str) -> Relation:
    """Return the tie of this public ref."""
    found = db.session.scalars(select(Relation).filter_by(ref=ref)).one_or_none()
    if found is None:
        raise no_tie()
    return found


def no_tie() -> NotFound:
    """Return what is said of a tie that does not exist, and of one that is not theirs to see."""
    return NotFound(N_("没有找到这项回避关系，或不在您的权限范围内。"))


def shown_value(tie: Relation) -> str:
    """Return what a tie is to, as it is shown: a number in which digits stand is masked."""
    if DECLARABLE[Tie(tie.kind)].match not in STUDENTS or not any(each.isdigit() for each in tie.value):
        return tie.value
    if len(tie.value) <= 2 * SHOWN_AT_EACH_END:
        return f"{tie.value[:1]}****"
    return f"{tie.value[:SHOWN_AT_EACH_END]}****{tie.value[-SHOWN_AT_EACH_END:]}"
