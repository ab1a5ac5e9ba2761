"""Questions about unusual reading: what was unlike other days, and the sentence that answers it."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as Answer

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.operations.answer_reading import OUTCOMES, answer_reading
from casework.overview import reading_questions
from casework.overview.reading_models import ReadingQuestion
from casework.web.pages import PAGE_SIZE, Trouble, page, submitted
from casework.web.wording import said
from workflows.reading import Unusual


@signed_in
def questions() -> Response:
    """Show the questions that this person answers or audits, newest first."""
    return _page(None)


@signed_in
def answer(ref: str) -> Answer:
    """Take the answer to a question."""
    actor = current_actor()
    return submitted(
        lambda: answer_reading(
            reading_questions.get_question(ref, actor, lock=True),
            outcome=request.form.get("outcome", ""),
            words=request.form.get("words", ""),
            actor=actor,
        ),
        done=said(N_("已记下了解到的情况。")),
        to=url_for("web.questions"),
        again=lambda trouble: _page(trouble, ref),
    )


def words_of(question: ReadingQuestion) -> str:
    """Return the question as a sentence in the reader's language."""
    return said(Unusual(question.kind).sentence, {**question.facts, "subject": question.subject})


def _page(trouble: Trouble | None, ref: str = "") -> Response:
    actor = current_actor()
    if not reading_questions.reads_any(actor):
        raise Forbidden(N_("查看情况的询问由单位负责人、纪检人员办理，审计员可以查看。"))
    found = reading_questions.questions_for(actor, before=request.args.get("before", ""), limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    return page(
        "journal/questions.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        tried=ref,
        questions=shown,
        answerable={each.ref for each in shown if each.answered_at is None and reading_questions.answers(each, actor)},
        waiting=reading_questions.count_waiting(actor),
        next=shown[-1].ref if len(found) > PAGE_SIZE else "",
        outcomes=[(code, said(label)) for code, label in OUTCOMES.items()],
        outcome_words={code: said(label) for code, label in OUTCOMES.items()},
        kinds={each.value: said(each.label) for each in Unusual},
        words_of=words_of,
        given=request.form,
    )
