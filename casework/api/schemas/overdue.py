"""The overdue board: what it says, whom to press, what to raise."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Choice, Many, Moment, Name, Query, Strict, Text
from casework.overview.board import AXES


class BoardQuery(Query):
    """Whose board: of a round, by what its rows are."""

    round = Name(load_default=None)
    by = Choice(AXES, load_default="unit")


class BoardRowOut(Answer):
    """One row: how many open cases lie in each bucket of days around the deadline (o3 is longest late)."""

    label = fields.String(required=True)
    overdue = fields.Integer(required=True)
    open = fields.Integer(required=True)
    buckets = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class OutlookOut(Answer):
    """How the open work stands for the next date: cases closed a working day (median, quartiles), and those needed."""

    on = fields.Date(required=True)
    verdict = fields.String(required=True, metadata={"description": "done, unknown, on_track, at_risk, behind"})
    working_days_left = fields.Integer(required=True)
    days_counted = fields.Integer(required=True)
    median = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)
    needed = fields.Float(required=True)
    new_a_day = fields.Float(required=True)
    left = fields.Integer(required=True)
    best = fields.Integer(required=True)
    worst = fields.Integer(required=True)


class BoardOut(Answer):
    """The numbers of the board; `counted_at` says when they were counted."""

    round = fields.String(required=True)
    counted_at = Moment(required=True)
    overdue = fields.Integer(required=True)
    due_today = fields.Integer(required=True)
    due_soon = fields.Integer(required=True)
    open = fields.Integer(required=True)
    unassigned = fields.Integer(required=True)
    outlook = fields.Nested(OutlookOut, allow_none=True, required=True)
    items = fields.List(fields.Nested(BoardRowOut), required=True)


class PressIn(Strict):
    """Whom to press in an organisation: about everything late, or about these cases of theirs."""

    organisation = Name(required=True)
    person = Name(required=True, metadata={"description": "the ref of the owner"})
    cases = Many(Name(), most=200, load_default=None, allow_none=True)
    note = Text(most=2000, load_default="", metadata={"description": "for the stories of the cases; it is not sent"})


class PressOut(Answer):
    """Who was pressed, and about which cases."""

    person = fields.String(required=True)
    cases = fields.List(fields.String(), required=True)


class RaiseIn(Strict):
    """Which late case to raise to the next level of its ladder."""

    case = Name(required=True)
    note = Text(most=2000, load_default="", metadata={"description": "for the story of the case; it is not sent"})


class RaiseOut(Answer):
    """Which level heard of it."""

    case = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
