"""Units against their peers, and rates by every official definition, each number with its records."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Choice, LineQuery, Name, PageQuery, Text
from casework.overview.funnel_sheet import DENOMINATORS, INSIDE, METRICS
from casework.screening.kinds import STAGES

SCOPES = ("university", *INSIDE)
NEWEST = {"description": "the newest open round when left out"}
ALL_IN_SIGHT = {"description": "a university; every one within sight when left out"}


class FunnelQuery(LineQuery):
    """Which share of which units."""

    round = Name(load_default=None, metadata=NEWEST)
    organisation = Name(load_default=None, metadata=ALL_IN_SIGHT)
    metric = Choice(tuple(METRICS), load_default="flexible")
    scope = Choice(SCOPES, load_default=None, metadata={"description": "of several universities only `university`"})
    denominator = Choice(DENOMINATORS, load_default=DENOMINATORS[0])
    degree = Choice(tuple(dict.fromkeys(STAGES.values())), load_default=None)


class PeerOut(Answer):
    """A peer group: its centre, and how much its units scatter beyond chance."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    units = fields.Integer(required=True)
    persons = fields.Integer(required=True)
    centre = fields.Float(required=True)
    phi = fields.Float(required=True)
    tau2 = fields.Float(required=True)
    tests = fields.Integer(required=True)


class UnitCaseOut(Answer):
    """The newest case of a unit, where there is one that the reader may see."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    conclusion = fields.String(allow_none=True, required=True)


class StandingOut(Answer):
    """Where a unit stands; figures about peers are null where it has none, tail and q where it was not tested."""

    organisation = fields.String(required=True)
    subject = fields.String(required=True)
    college = fields.String(required=True)
    label = fields.String(required=True)
    graduates = fields.Integer(required=True)
    counted = fields.Integer(required=True)
    share = fields.Float(required=True)
    peer = fields.String(required=True)
    peer_units = fields.Integer(required=True)
    expected_share = fields.Float(allow_none=True, required=True)
    expected = fields.Float(allow_none=True, required=True)
    excess = fields.Float(allow_none=True, required=True, metadata={"description": "persons"})
    tail = fields.Float(allow_none=True, required=True)
    q = fields.Float(allow_none=True, required=True)
    low95 = fields.Float(allow_none=True, required=True)
    high95 = fields.Float(allow_none=True, required=True)
    low998 = fields.Float(allow_none=True, required=True)
    high998 = fields.Float(allow_none=True, required=True)
    verdict = fields.String(required=True, metadata={"enum": ["beyond", "warning", "inside", "small", "alone"]})
    explained_by = fields.List(fields.String(), required=True, metadata={"description": "units that say it instead"})
    case = fields.Nested(UnitCaseOut, allow_none=True, required=True)


class FunnelOut(Answer):
    """Units in the order of work, those that cannot be judged last. A share out of the ordinary is no finding."""

    round = fields.String(required=True)
    metric = fields.String(required=True)
    scope = fields.String(required=True)
    denominator = fields.String(required=True)
    degree = fields.String(allow_none=True, required=True)
    note = fields.String(required=True)
    settings = fields.Dict(required=True)
    settings_version = fields.Integer(required=True)
    beyond = fields.Integer(required=True)
    explained = fields.Integer(required=True)
    without_case = fields.Integer(required=True)
    imported = fields.Integer(required=True, metadata={"description": "universities whose registrations are there"})
    nowhere = fields.Integer(required=True, metadata={"description": "graduates who name no such unit"})
    peers = fields.List(fields.Nested(PeerOut), required=True)
    items = fields.List(fields.Nested(StandingOut), required=True)
    next = fields.Integer(allow_none=True, required=True)


class _Place:
    """Where one looks. A name that is "" means: nothing is registered there."""

    round = Name(load_default=None, metadata=NEWEST)
    organisation = Name(load_default=None, metadata=ALL_IN_SIGHT)
    college = Text(most=200, load_default=None, metadata={"description": "only of one university"})
    major = Text(most=200, load_default=None, metadata={"description": "only of a college"})
    degree = Text(most=64, load_default=None)
    class_name = Text(most=200, load_default=None, metadata={"description": "only of a major"})


class RatesQuery(_Place, LineQuery):
    """Which place's rates to read."""


class RateRowsQuery(_Place, PageQuery):
    """Which number's records to read."""

    rate = Name(load_default="graduates", metadata={"description": "a rate's key; `graduates` is the denominator"})


class RateOut(Answer):
    """One rate of one definition, with both of its numbers."""

    key = fields.String(required=True)
    version = fields.String(required=True)
    name = fields.String(required=True)
    codes = fields.List(fields.String(), required=True)
    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    percent = fields.String(required=True, metadata={"description": "rounded half up; — where nobody is"})
    part = fields.Boolean(required=True, metadata={"description": "false: watched, no part of the sum"})


class RatePlaceOut(Answer):
    """A place by the names that lead to it."""

    organisation = fields.String(allow_none=True, required=True)
    college = fields.String(allow_none=True, required=True)
    major = fields.String(allow_none=True, required=True)
    degree = fields.String(allow_none=True, required=True)
    class_name = fields.String(allow_none=True, required=True)


class RateLineOut(Answer):
    """A place with its graduates and their rates."""

    place = fields.Nested(RatePlaceOut, required=True)
    label = fields.String(required=True)
    graduates = fields.Integer(required=True)
    rates = fields.List(fields.Nested(RateOut), required=True)


class RatesOut(Answer):
    """A place, and the places directly below it in their own order. The figures are no target and no ranking."""

    round = fields.String(required=True)
    whole = fields.Nested(RateLineOut, required=True)
    below = fields.String(allow_none=True, required=True, metadata={"description": "what `items` are"})
    items = fields.List(fields.Nested(RateLineOut), required=True)
    next = fields.Integer(allow_none=True, required=True)


class RateRowOut(Answer):
    """A record that a number counts, masked."""

    ref = fields.String(required=True)
    university = fields.String(required=True)
    college = fields.String(required=True)
    major = fields.String(required=True)
    class_name = fields.String(required=True)
    student_no = fields.String(required=True)
    name = fields.String(required=True)
    destination_code = fields.String(required=True)
    employer_name = fields.String(required=True)


class RateRowsOut(Answer):
    """A page of the records behind one number; `behind` is that number."""

    behind = fields.Integer(required=True)
    items = fields.List(fields.Nested(RateRowOut), required=True)
    next = fields.String(allow_none=True, required=True)
