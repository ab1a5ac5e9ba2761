"""The audit and the questions about unusual reading, as they are asked for and read."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Choice, Day, Moment, Query, Strict, Text
from casework.operations.answer_reading import LONGEST, OUTCOMES
from workflows.audit import Group


class AuditQuery(Query):
    """What of the audit is wanted; the last thirty days unless days are named."""

    group = Choice(tuple(Group), load_default="")
    account = Text(most=60, load_default="")
    subject = Text(most=64, load_default="", metadata={"description": "a case, lead, report or account by its name"})
    organisation = Text(most=64, load_default="")
    since = Day(load_default=None)
    until = Day(load_default=None)
    after = Text(most=90, load_default="", metadata={"description": "the `next` of the page before"})


class AuditLineOut(Answer):
    """Who did what, why, by which door and from which part of the network."""

    at = Moment(required=True)
    organisation = fields.String(required=True)
    account = fields.String(required=True)
    name = fields.String(required=True)
    group = fields.String(required=True)
    action = fields.String(required=True)
    subject = fields.String(required=True)
    sentence = fields.String(required=True)
    reason = fields.String(required=True)
    door = fields.String(required=True)
    token = fields.String(required=True)
    network = fields.String(required=True)
    hash = fields.String(required=True)


class AuditOut(Answer):
    """A page of the audit, newest first."""

    items = fields.List(fields.Nested(AuditLineOut), required=True)
    next = fields.String(required=True)


class QuestionsQuery(Query):
    """Which questions to list."""

    after = Text(most=64, load_default="")


class QuestionOut(Answer):
    """A question about one person's day, and its answer."""

    ref = fields.String(required=True)
    account = fields.String(required=True)
    name = fields.String(required=True)
    organisation = fields.String(required=True)
    kind = fields.String(required=True)
    day = fields.Date(required=True)
    subject = fields.String(required=True)
    sentence = fields.String(required=True)
    asked_role = fields.String(required=True)
    mine = fields.Boolean(required=True, metadata={"description": "waits for the answer of whoever asks"})
    outcome = fields.String(allow_none=True, required=True)
    answer = fields.String(allow_none=True, required=True)
    answered_at = Moment(allow_none=True, required=True)


class QuestionsOut(Answer):
    """A page of questions, newest first."""

    items = fields.List(fields.Nested(QuestionOut), required=True)
    next = fields.String(required=True)


class ReadingAnswerIn(Strict):
    """What came of a question."""

    outcome = Choice(tuple(OUTCOMES), required=True)
    words = Text(least=1, most=LONGEST, required=True)
