"""Leads as they are listed, read and worked on; who reported is in none of these answers but one."""

from marshmallow import fields

from casework.api.schemas.cases import ChoicesOut, PersonOut, PlaceOut
from casework.api.schemas.fields import (
    Answer,
    Choice,
    Day,
    Flag,
    Many,
    Moment,
    Name,
    PageQuery,
    Part,
    Strict,
    Text,
    page,
)
from casework.leads.queries import ANSWER, INTERIM, QUESTION, UPWARD
from casework.leads.veiling import veiled
from casework.operations.take_lead import LONGEST_CONTENT, LONGEST_NUMBER, LONGEST_TITLE
from workflows.lead import LEAD, LeadState, Outcome, Scope

STEPS = tuple(action for action in LEAD.actions if action not in {"merge", "unmerge"})
NEEDS = ("untaken", "late", "upward", "asked", "open")
TALKS = (QUESTION, ANSWER, INTERIM, UPWARD)

__all__ = ["ChoicesOut"]


class Veiled(fields.String):
    """What somebody wrote, its identity and mobile numbers hidden; whole words take a reason (`/leads/…/words`)."""

    def _serialize(self, value: object, attr: str | None, obj: object, **kwargs: object) -> str | None:
        said = super()._serialize(value, attr, obj, **kwargs)
        return None if said is None else veiled(said)


class LeadQuery(PageQuery):
    """Which leads to list."""

    state = Choice(tuple(LeadState), load_default=None)
    need = Choice(NEEDS, load_default=None, metadata={"description": "what somebody has to do about it"})
    channel = Name(load_default=None)
    officer = Name(load_default=None, metadata={"description": "a person's ref, `me` or `nobody`"})
    organisation = Name(load_default=None)
    round = Name(load_default=None)
    q = Text(least=1, most=64, load_default=None, metadata={"description": "part of a lead's number"})


class LeadLineOut(Answer):
    """A lead in a list; what it says is read one by one."""

    number = fields.String(required=True)
    organisation = fields.Nested(PlaceOut, required=True)
    round = fields.String(required=True)
    channel = fields.String(required=True)
    external_no = fields.String(allow_none=True, required=True)
    named = fields.Boolean(required=True)
    scope = fields.String(required=True)
    state = fields.String(required=True)
    state_since = Moment(required=True)
    received_at = Moment(required=True)
    officer = fields.Nested(PersonOut, allow_none=True, required=True)
    outcome = fields.String(allow_none=True, required=True)
    first_reply_at = Moment(allow_none=True, required=True)
    replied_upward_at = Moment(allow_none=True, required=True)
    respond_by = Moment(allow_none=True, required=True)
    reply_upward_by = Moment(allow_none=True, required=True)
    due_at = Moment(allow_none=True, required=True)
    due_clock = fields.String(required=True)
    etag = fields.String(required=True, metadata={"description": "what a change sends as If-Match"})


class AboutOut(Answer):
    """Whom and what a lead names."""

    student_nos = fields.List(fields.String(), required=True)
    credit_codes = fields.List(fields.String(), required=True)
    employers = fields.List(fields.String(), required=True)
    units = fields.List(fields.String(), required=True)
    places = fields.List(fields.String(), required=True)


class TalkOut(Answer):
    """One thing that was said: to the reporter, by the reporter (`by` is null), or upward."""

    ref = fields.String(required=True)
    kind = fields.String(required=True)
    at = Moment(required=True)
    by = fields.Nested(PersonOut, allow_none=True, required=True)
    words = Veiled(required=True)


class LeadStepOut(Answer):
    """One line of the lead's story."""

    at = Moment(required=True)
    by = fields.Nested(PersonOut, allow_none=True, required=True)
    action = fields.String(required=True)
    from_state = fields.String(required=True)
    to_state = fields.String(required=True)
    words = Veiled(allow_none=True, required=True)


class LeadOut(LeadLineOut):
    """A lead with what it says and all that was done about it; not who reported it."""

    title = Veiled(required=True)
    content = Veiled(required=True)
    about = fields.Nested(AboutOut, required=True)
    violations = fields.List(fields.String(), required=True)
    concerns = fields.Nested(PlaceOut, allow_none=True, required=True)
    same_as = fields.String(allow_none=True, required=True)
    cases = fields.List(fields.String(), required=True, metadata={"description": "the first hundred"})
    cases_total = fields.Integer(required=True)
    due_why = fields.List(fields.String(), required=True)
    talks = fields.List(fields.Nested(TalkOut), required=True)
    story = fields.List(fields.Nested(LeadStepOut), required=True)


class LeadMovedOut(Answer):
    """Where a lead stands after a step; `in_sight` is false when it went where the caller sees nothing of it."""

    number = fields.String(allow_none=True, required=True)
    state = fields.String(allow_none=True, required=True)
    in_sight = fields.Boolean(required=True)


class ReporterIn(Strict):
    """What a reporter has said of themselves."""

    name = Text(most=80, load_default="")
    phone = Text(most=40, load_default="")
    email = Text(most=120, load_default="")


class AboutIn(Strict):
    """Whom and what a lead names."""

    student_nos = Many(Text(least=1, most=40), load_default=list)
    credit_codes = Many(Text(least=1, most=40), load_default=list)
    employers = Many(Text(least=1, most=200), load_default=list)
    units = Many(Text(least=1, most=200), load_default=list)
    places = Many(Text(least=1, most=200), load_default=list)


class LeadIn(Strict):
    """A lead as it came."""

    organisation = Name(required=True)
    round = Name(required=True)
    channel = Name(required=True)
    received_at = Moment(required=True)
    title = Text(least=1, most=LONGEST_TITLE, required=True)
    content = Text(least=1, most=LONGEST_CONTENT, required=True)
    named = Flag(load_default=False)
    reporter = Part(ReporterIn, load_default=None, allow_none=True)
    external_no = Text(most=LONGEST_NUMBER, load_default="", metadata={"description": "the sender's own number"})
    about = Part(AboutIn, load_default=None, allow_none=True)
    concerns = Name(load_default=None, metadata={"description": "the body that the lead is about"})
    reply_by = Day(load_default=None, metadata={"description": "the day that the letter itself names"})


class LeadActionIn(Strict):
    """A step of a lead, with what it asks for."""

    action = Choice(STEPS, required=True)
    reason = Text(load_default="")
    outcome = Choice(tuple(Outcome), load_default=None)
    words = Text(
        most=LONGEST_CONTENT,
        load_default="",
        metadata={"description": "answer, confirm_decline: what the reporter reads"},
    )
    target = Name(load_default=None, metadata={"description": "transfer: the organisation that is to handle it"})


class TriageIn(Strict):
    """What a lead is about; what is not given stays as it is."""

    scope = Choice(tuple(Scope), load_default=None)
    about = Part(AboutIn, load_default=None, allow_none=True)
    violations = Many(Name(), load_default=None, allow_none=True, most=20)
    concerns = Name(load_default=None)
    concerns_nobody = Flag(load_default=False)


class OfficerIn(Strict):
    """Who is to work on a lead."""

    to = Name(required=True, metadata={"description": "a person's ref"})
    reason = Text(load_default="")


class TalkIn(Strict):
    """Something to say: a question or an answer to the reporter, or the note of a reply upward, interim or final."""

    kind = Choice(TALKS, required=True)
    words = Text(least=1, most=LONGEST_CONTENT, required=True)


class WordsOut(Answer):
    """Every text of a lead in which a number is hidden, whole."""

    texts = fields.List(fields.String(), required=True)


class LookIn(Strict):
    """Why somebody has to know who reported, or the numbers in what was written."""

    reason = Text(least=1, required=True)


class ReporterOut(Answer):
    """Who reported, as far as they have said; empty where they have not."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    email = fields.String(required=True)


class LateLeadsOut(Answer):
    """How many leads of one organisation are late."""

    organisation = fields.Nested(PlaceOut, required=True)
    late = fields.Integer(required=True)


class LateLeads(Answer):
    """How much is late, for whoever answers for it and reads none of it."""

    items = fields.List(fields.Nested(LateLeadsOut), required=True)


LeadPage = page("LeadPage", LeadLineOut)
