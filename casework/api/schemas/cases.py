"""Cases as they are listed, read and worked on."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Choice, Flag, Moment, Name, PageQuery, Strict, Text, page
from workflows.case import CASE
from workflows.case_facts import CaseState, Conclusion
from workflows.severity import Severity

ACTIONS = tuple(dict.fromkeys(step.action for step in CASE.steps if step.by_hand))


class CaseQuery(PageQuery):
    """Which cases to list."""

    state = Choice(tuple(CaseState), load_default=None)
    severity = Choice(tuple(Severity), load_default=None)
    owner = Name(load_default=None, metadata={"description": "a person's ref, `me` or `nobody`"})
    rule = Name(load_default=None)
    organisation = Name(load_default=None)
    round = Name(load_default=None)
    overdue = Flag(load_default=None)
    q = Text(least=1, most=64, load_default=None, metadata={"description": "part of a case's number"})


class PersonOut(Answer):
    """A member of staff."""

    ref = fields.String(required=True)
    name = fields.String(required=True)


class PlaceOut(Answer):
    """An organisation, in short."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class CaseLineOut(Answer):
    """A case in a list."""

    number = fields.String(required=True)
    organisation = fields.Nested(PlaceOut, required=True)
    college = fields.Nested(PlaceOut, allow_none=True, required=True)
    round = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    rule = fields.String(required=True)
    origin = fields.String(required=True)
    nature = fields.String(required=True)
    severity = fields.String(required=True)
    state = fields.String(required=True)
    state_since = Moment(required=True)
    opened_at = Moment(required=True)
    owner = fields.Nested(PersonOut, allow_none=True, required=True)
    conclusion = fields.String(allow_none=True, required=True)
    accepted_at = Moment(allow_none=True, required=True)
    people_count = fields.Integer(required=True)
    due_at = Moment(allow_none=True, required=True)
    due_clock = fields.String(required=True)
    target_on = fields.Date(allow_none=True, required=True)
    etag = fields.String(required=True, metadata={"description": "what a change sends as If-Match"})


class RecordOut(Answer):
    """A graduate's registration, masked."""

    ref = fields.String(required=True)
    name = fields.String(required=True)
    student_no = fields.String(required=True)
    major_name = fields.String(required=True)
    destination_code = fields.String(required=True)
    employer_name = fields.String(required=True)
    credit_code = fields.String(required=True)
    signing_date = fields.Date(allow_none=True, required=True)


class FindingOut(Answer):
    """What a rule says, in sentences."""

    ref = fields.String(required=True)
    rule = fields.String(required=True)
    level = fields.String(required=True)
    output = fields.String(required=True)
    strength = fields.String(required=True)
    ratio = fields.Float(required=True, metadata={"description": "likelihood ratio that the hit weighs now"})
    refitted = fields.Boolean(required=True, metadata={"description": "false: the start value of its strength"})
    eased = fields.Boolean(required=True, metadata={"description": "its own facts speak for a harmless cause"})
    says = fields.List(fields.String(), required=True)
    withdrawn_at = Moment(allow_none=True, required=True)


class VerificationOut(Answer):
    """One logged attempt to establish a fact."""

    ref = fields.String(required=True)
    at = Moment(required=True)
    by = fields.Nested(PersonOut, required=True)
    method = fields.String(required=True)
    evidence_class = fields.String(required=True)
    result = fields.String(required=True)
    supplied_by = fields.String(required=True)
    conflicted = fields.Boolean(required=True)
    note = fields.String(allow_none=True, required=True)
    record = fields.String(allow_none=True, required=True)


class EvidenceOut(Answer):
    """A file that supports a case; its content is an address of its own."""

    ref = fields.String(required=True)
    at = Moment(required=True)
    by = fields.Nested(PersonOut, required=True)
    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    media_type = fields.String(required=True)
    evidence_class = fields.String(required=True)
    supplied_by = fields.String(required=True)
    warnings = fields.List(fields.String(), required=True)
    withdrawn_at = Moment(allow_none=True, required=True)


class CorrectionOut(Answer):
    """One field of one registration, old → new."""

    ref = fields.String(required=True)
    at = Moment(required=True)
    by = fields.Nested(PersonOut, required=True)
    record = fields.String(required=True)
    field = fields.String(required=True)
    old = fields.String(required=True)
    new = fields.String(required=True)
    evidence = fields.String(allow_none=True, required=True)
    upstream_reference = fields.String(required=True)
    seen = fields.Boolean(required=True, metadata={"description": "the registered record shows the new value"})
    withdrawn_at = Moment(allow_none=True, required=True)


class PlannedOut(Answer):
    """One measure of a rectification plan."""

    text = fields.String(required=True)
    responsible = fields.String(required=True)
    due_on = fields.String(required=True)
    done_on = fields.String(allow_none=True, required=True)


class RectificationOut(Answer):
    """The plan of a conduct or unit case."""

    goal = fields.String(required=True)
    responsible = fields.String(required=True)
    due_on = fields.Date(required=True)
    measures = fields.List(fields.Nested(PlannedOut), required=True)


class HoldOut(Answer):
    """A stop of the duration clocks."""

    ref = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["asked", "running", "refused", "ended"]})
    reason = fields.String(required=True)
    asked_by = fields.Nested(PersonOut, required=True)
    asked_at = Moment(required=True)
    until_on = fields.Date(required=True)


class MoveOut(Answer):
    """One line of the case story."""

    at = Moment(required=True)
    by = fields.Nested(PersonOut, allow_none=True, required=True)
    action = fields.String(required=True)
    from_state = fields.String(required=True)
    to_state = fields.String(required=True)
    words = fields.String(allow_none=True, required=True)


class NextSaidOut(Answer):
    """What will be said next by itself: when, to which roles, and whether it goes past the person at work."""

    at = Moment(required=True)
    rung = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    escalates = fields.Boolean(required=True)


class CaseOut(CaseLineOut):
    """A case with all that hangs on it."""

    conclusion_note = fields.String(allow_none=True, required=True)
    violation = fields.String(allow_none=True, required=True)
    consequence = fields.String(allow_none=True, required=True)
    merged_into = fields.String(allow_none=True, required=True)
    due_why = fields.List(fields.String(), required=True)
    next_said = fields.Nested(NextSaidOut, allow_none=True, required=True)
    records = fields.List(fields.Nested(RecordOut), required=True)
    findings = fields.List(fields.Nested(FindingOut), required=True)
    verifications = fields.List(fields.Nested(VerificationOut), required=True)
    evidence = fields.List(fields.Nested(EvidenceOut), required=True)
    corrections = fields.List(fields.Nested(CorrectionOut), required=True)
    rectification = fields.Nested(RectificationOut, allow_none=True, required=True)
    holds = fields.List(fields.Nested(HoldOut), required=True)
    story = fields.List(fields.Nested(MoveOut), required=True)


class ReasonOut(Answer):
    """Why something may not be done."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class ChoiceOut(Answer):
    """An action from where the case stands: open, or with every reason why not."""

    action = fields.String(required=True)
    label = fields.String(required=True)
    allowed = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(ReasonOut), required=True)
    needs = fields.List(fields.String(), required=True)


class ChoicesOut(Answer):
    """What can be done with a case."""

    items = fields.List(fields.Nested(ChoiceOut), required=True)


class ActionIn(Strict):
    """A step of a case, with what it asks for."""

    action = Choice(ACTIONS, required=True)
    reason = Text(load_default="")
    conclusion = Choice(tuple(Conclusion), load_default=None)
    note = Text(most=4000, load_default="")
    violation = Name(load_default=None)
    consequence = Name(load_default=None)
    into = Name(load_default=None, metadata={"description": "merge: the number of the case that carries on"})


class AssignmentIn(Strict):
    """Who is to own a case."""

    to = Name(required=True, metadata={"description": "a person's ref"})
    reason = Text(load_default="")


class SeverityIn(Strict):
    """A new severity."""

    severity = Choice(tuple(Severity), required=True)
    reason = Text(load_default="")


class AgreementIn(Strict):
    """A supervisor's word that a case cannot be verified."""

    reason = Text(least=1, required=True)


CasePage = page("CasePage", CaseLineOut)
