"""Answer a question about somebody's reading: it was explained, or it is followed up, in a sentence each time."""

from sqlalchemy import update

from casework import clock, journal
from casework.db import affected
from casework.errors import N_, Conflict, Forbidden, Invalid
from casework.overview.reading_models import ReadingQuestion
from casework.overview.reading_questions import answers
from workflows.access import Actor

OUTCOMES = {"explained": N_("已说明"), "followed_up": N_("另行了解")}
LONGEST = 500


def answer_reading(question: ReadingQuestion, *, outcome: str, words: str, actor: Actor) -> ReadingQuestion:
    """Write down what came of a question; raise `Forbidden`, `Invalid` or `Conflict` where it is not theirs to answer.

    It is answered once; the words are sealed and the journal commits to them.
    """
    if not answers(question, actor):
        raise Forbidden(N_("这项询问由收到它的负责人或纪检人员答复；审计员只看不答。"), code="not_permitted")
    wrong = {}
    if outcome not in OUTCOMES:
        wrong["outcome"] = N_("请从列表中选择。")
    if not words.strip() or len(words) > LONGEST:
        wrong["words"] = N_("必填，不超过 500 字。")
    if wrong:
        raise Invalid(N_("请写明了解到的情况（不超过 500 字），没有保存。"), fields=wrong)
    mine = update(ReadingQuestion).where(ReadingQuestion.id == question.id, ReadingQuestion.answered_at.is_(None))
    values = {"answered_at": clock.now(), "answered_by_id": actor.id, "outcome": outcome, "answer": words.strip()}
    if not affected(mine.values(values)):
        raise Conflict(N_("这项询问已经答复，没有重复保存。"), code="answered")
    journal.record(
        organisation_id=question.organisation_id,
        action="audit:answer",
        actor=str(actor.id),
        subject=question.ref,
        facts={"account": question.person.login, "outcome": outcome},
        personal={"reason": words.strip()},
        chain=journal.LOOKS,
    )
    return question
