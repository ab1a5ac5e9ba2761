"""Proposals to erase and legal holds, as they are read and written."""

from marshmallow import fields

from casework.api.schemas.cases import PersonOut, PlaceOut
from casework.api.schemas.fields import Answer, Moment, Name, Strict, Text


class ErasureOut(Answer):
    """A round of an office that is over its ceiling; it waits while `done_at` is null."""

    ref = fields.String(required=True)
    organisation = fields.Nested(PlaceOut, required=True)
    round = fields.String(required=True)
    over_on = fields.Date(required=True)
    proposed_at = Moment(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    done_at = Moment(allow_none=True, required=True)
    done_by = fields.Nested(PersonOut, allow_none=True, required=True)


class ErasuresOut(Answer):
    """The proposals of one's own offices, the newest first."""

    items = fields.List(fields.Nested(ErasureOut), required=True)
    next = fields.String(allow_none=True, required=True)


class LegalHoldIn(Strict):
    """A matter to hold, and why."""

    organisation = Name(required=True)
    subject = Name(required=True, metadata={"description": "number of a case, lead or report, or an account"})
    reason = Text(required=True, least=1)


class LegalHoldOut(Answer):
    """A legal hold; it stands while `lifted_at` is null."""

    organisation = fields.Nested(PlaceOut, required=True)
    subject = fields.String(required=True)
    reason = fields.String(required=True)
    placed_at = Moment(required=True)
    lifted_at = Moment(allow_none=True, required=True)


class LegalHoldsOut(Answer):
    """The holds of one's own offices, those in force first."""

    items = fields.List(fields.Nested(LegalHoldOut), required=True)
    next = fields.String(allow_none=True, required=True)
