"""Employers that look alike: pairs that wait for a person's word, and what was said."""

from marshmallow import fields

from casework.api.schemas.cases import PersonOut
from casework.api.schemas.fields import Answer, Flag, Integral, Moment, Name, PageQuery, Query, Strict, Text, page
from casework.api.schemas.overview import NEWEST


class ProposalQuery(Query):
    """Whose pairs to list; a page begins behind a pair, which may have been decided meanwhile."""

    organisation = Name(required=True)
    round = Name(load_default=None, metadata=NEWEST)
    after = Text(most=64, load_default="", metadata={"description": "`next` of the page before"})
    limit = Integral(least=1, most=200, load_default=50)


class DecidedQuery(PageQuery):
    """Whose decisions to list."""

    organisation = Name(required=True)
    round = Name(load_default=None, metadata=NEWEST)


class PairIn(Strict):
    """Two credit codes, in either order."""

    organisation = Name(required=True)
    round = Name(required=True)
    code_one = Text(most=64, required=True)
    code_other = Text(most=64, required=True)
    reason = Text(most=2000, load_default="")


class DecisionOfPairIn(PairIn):
    """Whether the two are one, and by what it is known."""

    same = Flag(required=True)


class LookOut(Answer):
    """Why a pair looks alike, or may not be one all the same."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class ProposalOut(Answer):
    """Two codes that may be one employer; nothing is joined before a person says so."""

    code_one = fields.String(required=True)
    name_one = fields.String(required=True)
    graduates_one = fields.Integer(required=True)
    code_other = fields.String(required=True)
    name_other = fields.String(required=True)
    graduates_other = fields.Integer(required=True)
    likeness = fields.Integer(required=True, metadata={"description": "of the normalised names, 0 to 100"})
    why = fields.List(fields.Nested(LookOut), required=True)


class ProposalPage(Answer):
    """The pairs that wait, the most telling first; `waiting` is how many there are."""

    waiting = fields.Integer(required=True)
    items = fields.List(fields.Nested(ProposalOut), required=True)
    next = fields.String(allow_none=True, required=True)


class PairOut(Answer):
    """A pair of codes, the smaller first."""

    organisation = fields.String(required=True)
    round = fields.String(required=True)
    code_one = fields.String(required=True)
    code_other = fields.String(required=True)


class PairDecisionOut(PairOut):
    """What was decided about a pair, by whom and by what it is known."""

    ref = fields.String(required=True)
    same = fields.Boolean(required=True)
    reason = fields.String(required=True)
    decided_at = Moment(required=True)
    decided_by = fields.Nested(PersonOut, required=True)


PairDecisionPage = page("PairDecisionPage", PairDecisionOut)
