"""Questions about unusual reading, for whoever answers them and for auditors: nobody reads one about themself."""

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from casework import asking
from casework.db import db
from casework.errors import N_, NotFound
from casework.overview.reading_models import ReadingQuestion
from casework.overview.reading_scope import HIDING, asked_of, readable_questions
from workflows.access import Actor, scope_of


def answers(question: ReadingQuestion, actor: Actor) -> bool:
    """Say whether this person answers the question: they hold the role that was asked, and it is not about them."""
    if question.person_id == actor.id:
        return False
    asked = (question.asked_role, question.asked_body_id)
    return any((held.role.value, held.organisation_id) == asked for held in actor.appointments)


def reads_any(actor: Actor) -> bool:
    """Say whether there may be questions for this person at all, whether or not there is one now."""
    return bool(scope_of(actor, "audit:looks"))


@asking.reaching("cases", why=HIDING)
def questions_for(
    actor: Actor, *, before: str = "", limit: int, open_only: bool = False, organisation_id: int | None = None
) -> Sequence[ReadingQuestion]:
    """Return the questions that this person reads, newest first, behind the one named `before`."""
    wanted = select(ReadingQuestion).where(readable_questions(actor)).order_by(ReadingQuestion.id.desc()).limit(limit)
    if open_only:
        wanted = wanted.where(ReadingQuestion.answered_at.is_(None))
    if organisation_id is not None:
        wanted = wanted.where(ReadingQuestion.organisation_id == organisation_id)
    if before:
        place = select(ReadingQuestion.id).where(ReadingQuestion.ref == before).scalar_subquery()
        wanted = wanted.where(ReadingQuestion.id < place)
    shown = (ReadingQuestion.person, ReadingQuestion.organisation, ReadingQuestion.asked_body)
    return db.session.scalars(wanted.options(*(joinedload(each) for each in shown))).all()


@asking.reaching("cases", why=HIDING)
def get_question(ref: str, actor: Actor, *, lock: bool = False) -> ReadingQuestion:
    """Return one question; `NotFound` when it is none of this person's."""
    wanted = select(ReadingQuestion).where(ReadingQuestion.ref == ref, readable_questions(actor))
    found = db.session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这项询问，或不在您的权限范围内。"))
    return found


def count_waiting(actor: Actor) -> int:
    """Count the questions that wait for this person's answer."""
    if not actor.appointments or not reads_any(actor):
        return 0
    waiting = and_(asked_of(actor), ReadingQuestion.answered_at.is_(None), ReadingQuestion.person_id != actor.id)
    return db.session.scalar(select(func.count()).select_from(ReadingQuestion).where(waiting)) or 0
