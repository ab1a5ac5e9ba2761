"""What was said to whom, and the ways out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext
from marshmallow import ValidationError, fields

from casework.api.schemas.fields import (
    Answer,
    Choice,
    Flag,
    Integral,
    Many,
    Moment,
    Name,
    PageQuery,
    Strict,
    Text,
    page,
)
from casework.doors.arriving import is_of_our_time
from casework.notices.story_words import STATES
from casework.overview.channels import LABELS


class MomentIn(Moment):
    """A moment of our time, with its zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **rest)
        if not is_of_our_time(moment.date()):
            raise ValidationError(gettext("年份不在可以办理的范围内。"))
        return moment


class DeliveryQuery(PageQuery):
    """Which messages to list."""

    stuck = Flag(load_default=False, metadata={"description": "only what waits for a person"})
    case = Name(load_default="")
    person = Name(load_default="", metadata={"description": "a login"})
    channel = Choice(tuple(LABELS), load_default="")
    state = Choice(tuple(STATES), load_default="")
    since = MomentIn(load_default=None)


class DropIn(Strict):
    """Why it is let be."""

    reason = Text(required=True, least=1, most=300)


class RefsIn(Strict):
    """Several messages."""

    refs = Many(Name(), required=True, least=1, most=200)


class DropManyIn(RefsIn):
    """Several messages, and why they are let be."""

    reason = Text(required=True, least=1, most=300)


class ReplayIn(Strict):
    """A span of time of one subscriber."""

    person = Name(required=True, metadata={"description": "the subscriber's login"})
    since = MomentIn(required=True)
    until = MomentIn(required=True)


class ChannelHoldIn(Strict):
    """Why a way out is held."""

    reason = Text(required=True, least=1, most=200)


class ChannelWeightIn(Strict):
    """How often a provider is taken."""

    weight = Integral(required=True, least=0, most=100)


class DeliveryOut(Answer):
    """One message, its reader by role and login, its address masked."""

    ref = fields.String(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True, metadata={"description": "number of the case or report, or empty"})
    channel = fields.String(required=True)
    state = fields.String(required=True)
    login = fields.String(required=True)
    role = fields.String(required=True)
    address = fields.String(required=True, metadata={"description": "masked"})
    attempts = fields.Integer(required=True)
    why = fields.String(required=True, metadata={"description": "what was last noted, in words"})
    at = Moment(required=True, metadata={"description": "when it last changed"})
    created_at = Moment(required=True)
    handled_at = Moment(allow_none=True, required=True)
    handled = fields.String(required=True)


class StepOut(Answer):
    """One change of status."""

    at = Moment(required=True)
    state = fields.String(required=True)
    why = fields.String(required=True)


class StoryOut(DeliveryOut):
    """One message with its whole way."""

    steps = fields.List(fields.Nested(StepOut), required=True)
    receipts = fields.List(fields.String(), required=True)
    chain = fields.List(fields.String(), required=True, metadata={"description": "what it repeats and what repeats it"})


class TextOut(Answer):
    """The words that the reader saw."""

    subject = fields.String(required=True)
    body = fields.String(required=True)


class RefusedOut(Answer):
    """Why one of several was left as it is."""

    ref = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class InTurnOut(Answer):
    """What came of several."""

    done = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RefusedOut), required=True)


class ChannelOut(Answer):
    """One way out."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    in_use = fields.Boolean(required=True)
    fault = fields.String(required=True, metadata={"description": "what is wrong with its settings"})
    can_be_asked = fields.Boolean(required=True)
    weight = fields.Integer(allow_none=True, required=True)
    held = fields.Boolean(required=True)
    held_at = Moment(allow_none=True, required=True)
    held_because = fields.String(required=True)
    held_by = fields.String(required=True, metadata={"description": "a login; empty when the provider's refusal holds"})
    waiting = fields.Integer(required=True)
    oldest = Moment(allow_none=True, required=True)
    accepted = fields.Integer(required=True, metadata={"description": "in the last hour"})
    refused = fields.Integer(required=True)
    in_doubt = fields.Integer(required=True)


class ChannelsOut(Answer):
    """Every way out."""

    items = fields.List(fields.Nested(ChannelOut), required=True)
    next = fields.String(allow_none=True, required=True)


DeliveryPage = page("DeliveryPage", DeliveryOut)
