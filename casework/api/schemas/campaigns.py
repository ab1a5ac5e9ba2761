"""Campaigns: what is drafted, what is approved, what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields

from casework.api.schemas.fields import (
    REQUIRED,
    Answer,
    Choice,
    Day,
    Integral,
    LineQuery,
    Many,
    Moment,
    Name,
    PageQuery,
    Part,
    Query,
    Strict,
    Text,
    page,
)
from casework.api.schemas.samples import Share
from casework.campaigns.audience import CHANNELS
from casework.doors.arriving import is_of_our_time
from casework.errors import N_
from casework.operations.contact_tasks import OUTCOMES
from workflows.campaign import CampaignState

STEPS = ("freeze", "pause", "resume", "cancel", "try")


class Start(Moment):
    """When a wave begins: a moment with its zone."""

    default_error_messages = REQUIRED | {
        "invalid": N_("须为带时区的时间，如 2024-08-08T10:00:00+08:00。"),
        "invalid_awareness": N_("须为带时区的时间，如 2024-08-08T10:00:00+08:00。"),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **rest)
        if not is_of_our_time(moment.date()):
            raise ValidationError(str(self.error_messages["invalid"]))
        return moment


class RuleIn(Strict):
    """Whom to remind, by names as registered; empty lists narrow nothing."""

    colleges = Many(Text(least=1, most=200), most=500)
    classes = Many(Text(least=1, most=200), most=500)
    degrees = Many(Text(least=1, most=200), most=500)


class WordsIn(Strict):
    """One text, in Chinese and, if wanted, in English."""

    zh = Text(most=20_000)
    en = Text(most=20_000)


class CampaignTextsIn(Strict):
    """The texts by channel."""

    sms = Part(WordsIn)
    smtp = Part(WordsIn)


class CampaignChange(Strict):
    """What to change; what is left out stays. Anything but the name voids the approval."""

    name = Text(least=1, most=100)
    audience = Part(RuleIn)
    channels = Many(Choice(CHANNELS), least=1, most=2, metadata={"description": "in the order in which they are tried"})
    texts = Part(CampaignTextsIn)
    starts = Many(Start(), most=20)
    stop_on = Day()
    hour_from = Integral(least=8, most=22)
    hour_to = Integral(least=8, most=22)
    per_minute = Integral(least=0, most=100_000)
    canary_share = Share()


class CampaignIn(CampaignChange):
    """A campaign to draft; what is left out begins with the usual August."""

    organisation = Name(required=True)
    round = Name(required=True)
    name = Text(least=1, most=100, required=True)


class CampaignQuery(PageQuery):
    """Which campaigns to list."""

    state = Choice([state.value for state in CampaignState], load_default=None)


class ApprovalIn(Strict):
    """The hashes of exactly what the approver has seen."""

    audience_hash = Text(least=1, most=64, required=True)
    text_hash = Text(least=1, most=64, required=True)


class StepIn(Strict):
    """A step of a campaign; `pause` and `cancel` ask for a reason."""

    action = Choice(STEPS, required=True)
    reason = Text(most=2000, load_default="")


class FaultOut(Answer):
    """One thing that is wrong in one text."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    channel = fields.String(required=True)
    language = fields.String(required=True)
    excerpt = fields.String(required=True)


class FateOut(Answer):
    """What became of some letters."""

    total = fields.Integer(required=True)
    arrived = fields.Integer(required=True)
    with_carrier = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    never_left = fields.Integer(required=True)


class WaveOut(Answer):
    """One wave."""

    number = fields.Integer(required=True)
    starts_at = Moment(required=True)
    state = fields.String(required=True)
    canary = fields.String(required=True)
    expected = fields.Integer(required=True)
    left_out = fields.Dict(required=True, metadata={"description": "reason → how many of the list had no letter"})
    fate = fields.Nested(FateOut, required=True)


class CampaignFunnelOut(Answer):
    """How far the reminders led."""

    listed = fields.Integer(required=True)
    reminded = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    opened = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    by_answer = fields.Dict(required=True)
    cases = fields.Integer(required=True)


class CampaignLineOut(Answer):
    """A campaign in a list."""

    ref = fields.String(required=True)
    name = fields.String(required=True)
    organisation = fields.String(required=True)
    round = fields.String(required=True)
    state = fields.String(required=True)
    audience_count = fields.Integer(required=True)
    stop_on = fields.Date(required=True)


class CampaignOut(CampaignLineOut):
    """A campaign as it stands; both hashes are what an approver sends back."""

    audience = fields.Dict(required=True)
    channels = fields.List(fields.String(), required=True)
    texts = fields.Dict(required=True)
    faults = fields.List(fields.Nested(FaultOut), required=True)
    waves = fields.List(fields.Nested(WaveOut), required=True)
    hour_from = fields.Integer(required=True)
    hour_to = fields.Integer(required=True)
    per_minute = fields.Integer(required=True)
    canary_share = fields.Float(required=True)
    subtracted = fields.Dict(required=True)
    audience_hash = fields.String(required=True)
    text_hash = fields.String(required=True)
    frozen_at = Moment(allow_none=True, required=True)
    approved_at = Moment(allow_none=True, required=True)
    paused_because = fields.String(required=True)
    by_channel = fields.Dict(keys=fields.String(), values=fields.Nested(FateOut), required=True)
    failures = fields.Dict(required=True)
    tasks = fields.Dict(required=True)
    funnel = fields.Nested(CampaignFunnelOut, required=True)


class CountOut(Answer):
    """The audience as it is at this moment; `sample` is of masked names."""

    named = fields.Integer(required=True)
    listed = fields.Integer(required=True)
    left_off = fields.Dict(required=True)
    lately = fields.Integer(required=True)
    sample = fields.List(fields.String(), required=True)


class ToldQuery(LineQuery):
    """Which letters."""


class ToldSearchIn(Strict):
    """Whose letters; a student number never stands in an address."""

    student_no = Text(least=1, most=64, required=True)


class ToldOut(Answer):
    """One letter to one graduate: when, and under which reference the carrier was called."""

    record = fields.String(required=True, attribute="record_ref")
    wave = fields.Integer(required=True)
    by = fields.String(required=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    created_at = Moment(required=True)
    sent_at = Moment(allow_none=True, required=True)
    ended_at = Moment(allow_none=True, required=True)
    attempts = fields.Integer(required=True)
    attempt = fields.String(required=True)
    message = fields.String(required=True)
    opened_at = Moment(allow_none=True, required=True)
    used_at = Moment(allow_none=True, required=True)


class ToldFound(Answer):
    """Every letter to one graduate."""

    on_the_list = fields.Boolean(required=True)
    items = fields.List(fields.Nested(ToldOut), required=True)


class ToldPage(Answer):
    """A page of letters."""

    items = fields.List(fields.Nested(ToldOut), required=True)
    next = fields.Integer(allow_none=True, required=True)


class ContactTaskOut(Answer):
    """A graduate whom nobody could reach."""

    ref = fields.String(required=True)
    record = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "masked"})
    reason = fields.String(required=True)
    state = fields.String(required=True)
    opened_at = Moment(required=True)


class TaskQuery(PageQuery):
    """Which tasks."""

    state = Choice(("open", "reached", "unreachable", "answered"), load_default="open")


class TaskEndIn(Strict):
    """What came of it."""

    outcome = Choice(OUTCOMES, required=True)
    words = Text(least=1, most=2000, required=True)


class GroupOut(Answer):
    """A college or a class, and how many of it have not confirmed. There are no shares and no ranks."""

    college = fields.String(required=True)
    class_name = fields.String(required=True)
    number = fields.Integer(required=True)
    tasks = fields.Integer(required=True)


class GroupQuery(Query):
    """Which round, and which college's classes; without one, the colleges."""

    round = Name(load_default=None)
    college = Text(least=1, most=200, load_default=None)


class Groups(Answer):
    """Colleges or classes in the order of their names."""

    items = fields.List(fields.Nested(GroupOut), required=True)


CampaignPage = page("CampaignPage", CampaignLineOut)
TaskPage = page("TaskPage", ContactTaskOut)
