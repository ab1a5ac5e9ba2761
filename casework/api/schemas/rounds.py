"""Rounds, their dates and their code tables."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Day, Integral, Moment, Name, Part, Query, Strict, Text


class DateOut(Answer):
    """A statutory date of a level."""

    level = fields.String(required=True)
    on = fields.Date(required=True)
    clause = fields.String(required=True)
    label = fields.String(required=True)


class RoundLineOut(Answer):
    """A round in a list."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    cohort = fields.Integer(required=True)
    opened_at = Moment(required=True)
    closed_at = Moment(allow_none=True, required=True)
    dates = fields.List(fields.Nested(DateOut), required=True)


class RoundOut(RoundLineOut):
    """A round with its settings."""

    settings = fields.Dict(required=True)
    settings_version = fields.Integer(required=True)


class RoundsOut(Answer):
    """The open rounds, newest cohort first; there are never many."""

    items = fields.List(fields.Nested(RoundLineOut), required=True)
    next = fields.String(allow_none=True, required=True)


class EntryOut(Answer):
    """One row of a code table."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    parent_code = fields.String(required=True)
    attributes = fields.Dict(required=True)


class EntriesOut(Answer):
    """A code table, whole."""

    items = fields.List(fields.Nested(EntryOut), required=True)
    next = fields.String(allow_none=True, required=True)


class TableQuery(Query):
    """Which part of a table."""

    parent = Text(most=64, load_default=None, metadata={"description": "only rows under this code"})


class DatesIn(Strict):
    """A date for each level."""

    university = Day(load_default=None)
    province = Day(load_default=None)
    ministry = Day(load_default=None)


class RoundIn(Strict):
    """A new round: one that ships with the service, or a copy of an earlier one with other dates."""

    shipped = Name(load_default=None)
    copy_of = Name(load_default=None)
    code = Name(load_default=None)
    name = Text(least=1, most=200, load_default=None)
    cohort = Integral(least=2000, most=2200, load_default=None)
    dates = Part(DatesIn, load_default=None)
