"""Ties that keep a person from a matter, requests to the level above, and mandates, as they are read and written."""

from marshmallow import fields

from casework.api.schemas.cases import PersonOut, PlaceOut
from casework.api.schemas.fields import Answer, Choice, Day, Moment, Name, Strict, Text, page
from casework.reports.facts import DELEGATE
from workflows.access import Role
from workflows.ties import DECLARABLE


class TieOut(Answer):
    """One declared tie; it stands while `withdrawn_at` is null."""

    ref = fields.String(required=True)
    kind = fields.String(required=True)
    label = fields.String(required=True)
    value = fields.String(required=True, metadata={"description": "a student number is masked"})
    declared_at = Moment(required=True)
    declared_by = fields.Nested(PersonOut, allow_none=True, required=True)
    reason = fields.String(required=True)
    withdrawn_at = Moment(allow_none=True, required=True)
    why_withdrawn = fields.String(required=True)


class TiesOut(Answer):
    """The ties of one person: those in force first."""

    items = fields.List(fields.Nested(TieOut), required=True)
    next = fields.String(allow_none=True, required=True)


class OwnTieIn(Strict):
    """A tie to declare."""

    kind = Choice([tie.value for tie in DECLARABLE], required=True)
    value = Text(
        required=True, least=1, most=120, metadata={"description": "student number, account, employer or body"}
    )
    reason = Text(load_default="")


class TieIn(OwnTieIn):
    """A tie to record for somebody else."""

    reason = Text(required=True, least=1)


class DeclaredOut(Answer):
    """A declared tie, and what was taken off the person for it."""

    tie = fields.Nested(TieOut, required=True)
    cases = fields.List(fields.String(), required=True)
    leads = fields.List(fields.String(), required=True)


class WhyIn(Strict):
    """A reason."""

    reason = Text(required=True, least=1)


class TakeOverIn(WhyIn):
    """Why a case is taken over, and who is to own it."""

    to = Name(load_default=None, allow_none=True, metadata={"description": "a person's ref; null: it waits for one"})


class ReferralOut(Answer):
    """A request to the level above; it waits while `outcome` is empty."""

    ref = fields.String(required=True)
    case = fields.String(required=True)
    asked_by_body = fields.Nested(PlaceOut, required=True)
    asked_of = fields.Nested(PlaceOut, required=True)
    asked_by = fields.Nested(PersonOut, allow_none=True, required=True, metadata={"description": "null: the service"})
    cause = fields.String(required=True, metadata={"description": "by_hand or all_barred"})
    asked_at = Moment(required=True)
    reason = fields.String(required=True)
    outcome = fields.String(required=True)
    ended_at = Moment(allow_none=True, required=True)
    answer = fields.String(required=True)


ReferralPage = page("ReferralPage", ReferralOut)


class MandateIn(Strict):
    """A written power to sign one slot for its holder."""

    organisation = Name(required=True)
    round = Name(required=True)
    slot = Choice([Role.PARTY_LEADER.value, Role.ADMIN_LEADER.value, Role.VICE_LEADER.value], required=True)
    delegate = Name(required=True, metadata={"description": "a person's ref"})
    principal = Name(required=True, metadata={"description": "ref of the holder of the slot"})
    valid_from = Day(required=True)
    valid_to = Day(required=True)
    document = Text(required=True, least=1, most=120)
    reason = Text(required=True, least=1)


class MandateOut(Answer):
    """A paper on file; in force while `standing`."""

    ref = fields.String(required=True)
    kind = fields.String(required=True, metadata={"description": f"{DELEGATE} or both_offices"})
    slot = fields.String(required=True)
    delegate = fields.Nested(PersonOut, required=True)
    principal = fields.Nested(PersonOut, allow_none=True, required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)
    document = fields.String(required=True)
    reason = fields.String(required=True)
    standing = fields.Boolean(required=True)
    revoked_at = Moment(allow_none=True, required=True)


MandatePage = page("MandatePage", MandateOut)
