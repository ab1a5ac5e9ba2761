"""How often each rule was right, and the weights that follow."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Moment


class PrecisionLineOut(Answer):
    """How often one rule was right; the interval of its share is Wilson's."""

    rule = fields.String(required=True)
    name = fields.String(required=True)
    checked = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    unfounded = fields.Integer(required=True)
    unverifiable = fields.Integer(required=True)
    open = fields.Integer(required=True)
    share = fields.Float(allow_none=True, required=True, metadata={"description": "null before anything is checked"})
    low = fields.Float(required=True)
    high = fields.Float(required=True)
    start_ratio = fields.Float(required=True)
    ratio = fields.Float(required=True, metadata={"description": "that holds now"})
    refitted = fields.Boolean(required=True)
    poor = fields.Boolean(required=True)
    advice = fields.String(required=True)


class MissedOut(Answer):
    """The sample of what nobody flagged: how much of it was wrong."""

    drawn = fields.Integer(required=True)
    checked = fields.Integer(required=True)
    wrong = fields.Integer(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)


class PrecisionOut(Answer):
    """How often each rule was right, in the order of the catalogue."""

    organisation = fields.String(required=True)
    round = fields.String(required=True)
    prior = fields.Float(required=True)
    weights_version = fields.Integer(required=True, metadata={"description": "0: start values"})
    checked = fields.Integer(required=True)
    items = fields.List(fields.Nested(PrecisionLineOut), required=True)
    next = fields.String(allow_none=True, required=True)
    silent = fields.List(fields.String(), required=True, metadata={"description": "rules without any case"})
    missed = fields.Nested(MissedOut, required=True)


class WeightOut(Answer):
    """The ratio of one rule and how many outcomes stand behind it."""

    rule = fields.String(required=True)
    ratio = fields.Float(required=True)
    refitted = fields.Boolean(required=True)
    checked = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)


class WeightsOut(Answer):
    """A version of the weights."""

    organisation = fields.String(required=True)
    round = fields.String(required=True)
    version = fields.Integer(required=True)
    made_at = Moment(required=True)
    items = fields.List(fields.Nested(WeightOut), required=True)
