"""What bodies beside and above do with a case, and the package that goes to the national system."""

from marshmallow import fields, validate

from casework.api.schemas.cases import PersonOut
from casework.api.schemas.fields import Answer, Choice, Day, Moment, Name, PageQuery, Strict, Text, page
from casework.operations.decide_spot_check import AGREES, DISAGREES
from casework.operations.draw_spot_check import LARGEST, LONGEST_SEED


class ConsequenceIn(Strict):
    """What a verified violation led to: decided by somebody, on a day, in a paper."""

    code = Name(required=True)
    decided_by = Text(least=1, most=200, required=True)
    decided_on = Day(required=True)
    document = Text(least=1, most=200, required=True)
    words = Text(load_default="")


class ConsequenceOut(Answer):
    """One consequence; a withdrawn one stays on record."""

    ref = fields.String(required=True)
    code = fields.String(required=True)
    decided_by = fields.String(required=True)
    decided_on = fields.Date(required=True)
    document = fields.String(required=True)
    words = fields.String(allow_none=True, required=True)
    recorded_by = fields.Nested(PersonOut, required=True)
    withdrawn_at = Moment(allow_none=True, required=True)


class SpotCheckIn(Strict):
    """How many cases are drawn; a seed that was agreed upon before is given here."""

    size = fields.Integer(required=True, strict=True, validate=validate.Range(1, LARGEST))
    seed = Text(least=1, most=LONGEST_SEED, load_default=None)
    round = Name(load_default=None)
    organisation = Name(load_default=None, metadata={"description": "for whoever draws for several bodies"})


class DrawQuery(PageQuery):
    """Which draws are listed."""

    round = Name(load_default=None)


class CaseNumberOut(Answer):
    """A case, by its number alone."""

    number = fields.String(required=True)


class DrawnOut(Answer):
    """One drawn case, and what was found."""

    case = fields.Pluck(CaseNumberOut, "number", required=True)
    outcome = fields.String(required=True)
    reason = fields.String(allow_none=True, required=True)


class DrawOut(Answer):
    """A draw, with the cases in it."""

    ref = fields.String(required=True)
    seed = fields.String(required=True)
    population = fields.Integer(required=True)
    population_hash = fields.String(required=True)
    drawn_at = Moment(required=True)
    members = fields.List(fields.Nested(DrawnOut), required=True)


class OutcomeIn(Strict):
    """What a spot check found; to disagree asks for the reason, and reopens the case."""

    outcome = Choice((AGREES, DISAGREES), required=True)
    reason = Text(load_default="")


class UploadOut(Answer):
    """A package that was made; what is kept of it is its hash."""

    ref = fields.String(required=True)
    sha256 = fields.String(required=True)
    made_at = Moment(required=True)
    number = fields.String(required=True)
    delivered_on = fields.Date(allow_none=True, required=True)


class UploadedIn(Strict):
    """Under which number and on which day the national system took a package."""

    number = Text(least=1, most=200, required=True)
    delivered_on = Day(required=True)


ConsequencePage = page("ConsequencePage", ConsequenceOut)
DrawPage = page("DrawPage", DrawOut)
UploadPage = page("UploadPage", UploadOut)
