"""What differed from concluded cases afterwards, and the reasons that were given for it."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Choice, File, Flag, Moment, Name, PageQuery, Query, Strict, Text, page
from casework.cases.drifts import STATES
from casework.overview.event_files import CSV, FORMATS


class DriftQuery(PageQuery):
    """Which drifts: of a round, an organisation, a state."""

    round = Name(load_default=None)
    organisation = Name(load_default=None)
    state = Choice(STATES, load_default=None)


class DriftChangeOut(Answer):
    """One difference: what was sealed and what is registered since; proofs are hashes, separated by blanks."""

    field = fields.String(required=True)
    old = fields.String(required=True)
    new = fields.String(required=True)


class DriftOut(Answer):
    """One question about a concluded case; `asks` is the case in which it is worked."""

    ref = fields.String(required=True)
    case = fields.String(required=True)
    asks = fields.String(required=True)
    record = fields.String(required=True)
    state = fields.String(required=True)
    state_before = fields.String(required=True, metadata={"description": "where the sealed case stood"})
    source = fields.String(required=True)
    changes = fields.List(fields.Nested(DriftChangeOut), required=True)
    operator = fields.String(required=True, metadata={"description": "account of the registration system"})
    operator_role = fields.String(required=True)
    changed_at = Moment(required=True, allow_none=True)
    found_at = Moment(required=True)
    justified_at = Moment(required=True, allow_none=True)


DriftPage = page("DriftPage", DriftOut)


class JustifyIn(Strict):
    """The reason for a drift, with the paper that shows it."""

    reason = Text(least=1, most=2000, required=True)
    file = File(required=True)


class JustifyAheadIn(JustifyIn):
    """The reason for a change that will come, with the sealed fields that it changes."""

    record = Name(required=True, metadata={"description": "the ref of the registration"})
    destination_code = Text(most=64, load_default=None)
    credit_code = Text(most=64, load_default=None)
    employer_name = Text(most=200, load_default=None)
    signing_date = Text(most=10, load_default=None, metadata={"description": "as 2024-08-15, or empty"})


class JustificationDecisionIn(Strict):
    """Accept a reason or do not."""

    accept = Flag(required=True)


class JustifiedOut(Answer):
    """A reason that was given, and what somebody else decided."""

    ref = fields.String(required=True)
    case = fields.String(required=True)
    record = fields.String(required=True)
    drift = fields.String(required=True, allow_none=True)
    changes = fields.List(fields.Nested(DriftChangeOut), required=True)
    asked_at = Moment(required=True)
    decided_at = Moment(required=True, allow_none=True)
    accepted = fields.Boolean(required=True)


class EventsQuery(Query):
    """Of which cases the event log is handed out, and how it is written."""

    organisation = Name(required=True)
    round = Name(load_default=None)
    format = Choice(tuple(FORMATS), load_default=CSV)
    persons = Flag(load_default=False, metadata={"description": "name the accounts that acted"})
