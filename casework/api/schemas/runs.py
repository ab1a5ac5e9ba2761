"""What a run says rule by rule, and what opening its cases would do."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Many, Name, Query


class RunRuleOut(Answer):
    """What became of one rule in a run; `hits` of one that lacked something is null, not zero."""

    rule = fields.String(required=True)
    version = fields.Integer(required=True)
    output = fields.String(allow_none=True, required=True, metadata={"description": "null: no longer in the catalogue"})
    ran = fields.Boolean(required=True)
    hits = fields.Integer(allow_none=True, required=True)
    missing = fields.List(fields.String(), required=True, metadata={"description": "frames and columns not there"})
    empty = fields.List(fields.String(), required=True, metadata={"description": "columns there without any value"})
    tests = fields.Integer(required=True)
    seconds = fields.Float(required=True)


class RunRulesOut(Answer):
    """The rules of a run, in the order in which they were asked."""

    items = fields.List(fields.Nested(RunRuleOut), required=True)
    next = fields.String(allow_none=True, required=True)


class RunPlanQuery(Query):
    """Which rules to think away."""

    without_rule = Many(Name(), most=100, load_default=list)


class RunPlanOut(Answer):
    """What opening cases from a run would do; nothing has been done."""

    opening = fields.Integer(required=True)
    by_kind = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    extending = fields.List(fields.String(), required=True, metadata={"description": "numbers of cases in work"})
    late = fields.List(fields.String(), required=True, metadata={"description": "numbers of concluded cases"})
    waiting = fields.Integer(required=True)
