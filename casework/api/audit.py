"""The audit for programs: who looked, took along, was refused, changed a right; and the questions about it."""

from flask_babel import gettext

from casework.api.resource import Resource
from casework.api.schemas.audit import AuditOut, AuditQuery, QuestionOut, QuestionsOut, QuestionsQuery, ReadingAnswerIn
from casework.doors.problems import translated
from casework.doors.sessions import current_actor
from casework.errors import N_, Forbidden
from casework.operations.answer_reading import answer_reading
from casework.overview import reading_questions
from casework.overview.audit_lines import Line
from casework.overview.audit_page import LIMIT, Wanted, audit_page
from casework.overview.reading_models import ReadingQuestion
from workflows.access import Actor
from workflows.reading import Unusual

audit = Resource("audit", "Who looked at what, and the questions about unusual reading")


@audit.operation("GET", "/audit", query=AuditQuery, out=AuditOut)
def read_audit(query: dict) -> object:
    """Read the audited entries of where one audits, newest first: masked, in sentences."""
    wanted = Wanted(
        group=query["group"],
        who=query["account"],
        subject=query["subject"],
        since=query["since"],
        until=query["until"],
        at=query["organisation"],
    )
    found = audit_page(wanted, current_actor(), before=query["after"], limit=LIMIT)
    return {"items": [_line(line) for line in found.lines], "next": found.next}


@audit.operation("GET", "/audit/questions", query=QuestionsQuery, out=QuestionsOut)
def list_questions(query: dict) -> object:
    """List the questions about unusual reading that one answers or audits, newest first."""
    actor = current_actor()
    if not reading_questions.reads_any(actor):
        raise Forbidden(N_("查看情况的询问由单位负责人、纪检人员办理，审计员可以查看。"))
    found = reading_questions.questions_for(actor, before=query["after"], limit=LIMIT + 1)
    shown = found[:LIMIT]
    return {
        "items": [_question(each, actor) for each in shown],
        "next": shown[-1].ref if len(found) > LIMIT else "",
    }


@audit.operation("POST", "/audit/questions/<name:ref>/answer", body=ReadingAnswerIn, out=QuestionOut)
def answer_question(body: dict, ref: str) -> object:
    """Write down what came of a question; once (409)."""
    actor = current_actor()
    question = reading_questions.get_question(ref, actor, lock=True)
    return _question(answer_reading(question, outcome=body["outcome"], words=body["words"], actor=actor), actor)


def _line(line: Line) -> dict[str, object]:
    came = line.whence
    return {name: getattr(line, name) for name in ("at", "group", "action", "subject", "reason", "hash")} | {
        "organisation": line.body,
        "account": line.login,
        "name": line.who if line.login else gettext(line.who),
        "sentence": translated(line.sentence, line.params),
        "door": came.door.value if came else "",
        "token": came.token if came else "",
        "network": came.network if came else "",
    }


def _question(question: ReadingQuestion, actor: Actor) -> dict[str, object]:
    kept = ("ref", "kind", "day", "subject", "asked_role", "outcome", "answer", "answered_at")
    said = translated(Unusual(question.kind).sentence, {**question.facts, "subject": question.subject})
    return {name: getattr(question, name) for name in kept} | {
        "account": question.person.login,
        "name": question.person.name,
        "organisation": question.organisation.name,
        "sentence": said,
        "mine": question.answered_at is None and reading_questions.answers(question, actor),
    }
