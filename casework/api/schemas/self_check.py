"""What a self-check rests on: plan, checklist, measures."""

from marshmallow import fields

from casework.api.schemas.cases import PersonOut
from casework.api.schemas.fields import (
    Answer,
    Day,
    Moment,
    Strict,
    Text,
    page,
)

LONG = 20_000


class PlanIn(Strict):
    """自查通知（方案）."""

    method = Text(least=1, most=LONG, required=True)
    recording = Text(least=1, most=LONG, required=True)
    rectification = Text(least=1, most=LONG, required=True)
    responsible = Text(least=1, most=200, required=True)


class PlanOut(Answer):
    """One issued version of the plan."""

    version = fields.Integer(required=True)
    method = fields.String(required=True)
    recording = fields.String(required=True)
    rectification = fields.String(required=True)
    responsible = fields.String(required=True)
    issued_at = Moment(required=True)
    issued_by = fields.Nested(PersonOut, required=True)


class AnswerIn(Strict):
    """What was done about one clause of the notice, and what it showed."""

    method = Text(least=1, most=LONG, required=True)
    examined = Text(least=1, most=LONG, required=True)
    finding = Text(least=1, most=LONG, required=True)
    responsible = Text(least=1, most=200, required=True)


class AnswerOut(Answer):
    """One clause of the checklist with its answer, if there is one."""

    clause = fields.String(required=True)
    answered = fields.Boolean(required=True)
    method = fields.String(allow_none=True)
    examined = fields.String(allow_none=True)
    finding = fields.String(allow_none=True)
    responsible = fields.String(allow_none=True)
    answered_at = Moment(allow_none=True)


class MeasureIn(Strict):
    """One line of the list of measures (N3.3)."""

    goal = Text(least=1, required=True)
    measure = Text(least=1, required=True)
    responsible = Text(least=1, most=200, required=True)
    due_on = Day(required=True)


class MeasureOut(Answer):
    """One line of the list of measures."""

    ref = fields.String(required=True)
    goal = fields.String(required=True)
    measure = fields.String(required=True)
    responsible = fields.String(required=True)
    due_on = fields.Date(required=True)
    done_on = fields.Date(allow_none=True, required=True)


PlanPage = page("PlanPage", PlanOut)
AnswerPage = page("AnswerPage", AnswerOut)
MeasurePage = page("MeasurePage", MeasureOut)
