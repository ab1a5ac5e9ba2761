"""Rounds, their dates and their code tables."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Day, Flag, Integral, Moment, Name, Part, Query, Strict, Text


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


class ChangeQuery(Query):
    """Whether a change is to be made, or only looked at."""

    dry_run = Flag(load_default=False, metadata={"description": "say what would move and be said; write nothing"})


class DatesChangeIn(Strict):
    """New dates of the notice; a level that is left out keeps its own. The reason may be left out in a dry run."""

    dates = Part(DatesIn, required=True)
    reason = Text(least=0, most=2000, load_default="")


class OwnDateIn(Strict):
    """The earlier date that an organisation sets for itself; null drops it."""

    organisation = Name(required=True)
    on = Day(required=True, allow_none=True)
    reason = Text(least=0, most=2000, load_default="")


class SettingsChangeIn(Strict):
    """The settings as a whole, with the version that was read."""

    settings = fields.Dict(required=True)
    version = Integral(least=1, required=True)
    reason = Text(least=0, most=2000, load_default="")


class MovedOut(Answer):
    """A case, report or lead whose deadline is another one."""

    number = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["case", "report", "lead"]})
    organisation = fields.String(required=True)
    before = fields.Date(allow_none=True, required=True)
    after = fields.Date(allow_none=True, required=True)


class ShiftOut(Answer):
    """How many of an organisation move from one day to another."""

    organisation = fields.String(required=True)
    before = fields.Date(allow_none=True, required=True)
    after = fields.Date(allow_none=True, required=True)
    cases = fields.Integer(required=True)
    reports = fields.Integer(required=True)
    leads = fields.Integer(required=True)


class SayingOut(Answer):
    """What one rung of the ladder says at once because of the change."""

    rung = fields.String(required=True)
    kind = fields.String(required=True)
    role = fields.String(required=True)
    people = fields.Integer(required=True)
    subjects = fields.Integer(required=True)


class RungChangeOut(Answer):
    """For how many a rung is newly armed, speaks at another time, or is disarmed."""

    rung = fields.String(required=True)
    armed = fields.Integer(required=True)
    shifted = fields.Integer(required=True)
    disarmed = fields.Integer(required=True)


class PassedOut(Answer):
    """A statutory date: how much is bound by it, how much of that is late, how much was opened after it."""

    on = fields.Date(required=True)
    clause = fields.String(required=True)
    bound = fields.Integer(required=True)
    late = fields.Integer(required=True)
    came_after = fields.Integer(required=True)


class UndatedOut(Answer):
    """What cannot be dated before the calendar of a year is loaded."""

    year = fields.Integer(required=True)
    deadlines = fields.Integer(required=True)
    limits = fields.Integer(required=True)
    rungs = fields.Integer(required=True)


class ReprojectionOut(Answer):
    """What a change moves and says; the same before it is made and after."""

    looked = fields.Integer(required=True)
    moved = fields.List(fields.Nested(MovedOut), required=True)
    shifts = fields.List(fields.Nested(ShiftOut), required=True)
    newly_overdue = fields.Integer(required=True)
    no_longer_overdue = fields.Integer(required=True)
    sayings = fields.List(fields.Nested(SayingOut), required=True)
    say_at = Moment(allow_none=True, required=True)
    letters = fields.Integer(required=True)
    rungs = fields.List(fields.Nested(RungChangeOut), required=True)
    passed = fields.List(fields.Nested(PassedOut), required=True)
    undated = fields.List(fields.Nested(UndatedOut), required=True)


class ChangeOut(Answer):
    """What became of a change. Of a large round a job computes it: `plan` is null and `job` names it."""

    dry_run = fields.Boolean(required=True)
    plan = fields.Nested(ReprojectionOut, allow_none=True, required=True)
    job = fields.String(allow_none=True, required=True)
