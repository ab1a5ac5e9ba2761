"""What ties a lead to others: leads that may be one matter with it, and cases that answer it."""

from marshmallow import fields

from casework.api.schemas.fields import Answer, Choice, Flag, Many, Name, Strict, Text
from workflows.case_facts import Kind


class SharedOut(Answer):
    """One reason, and what both have in common; student numbers are masked."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    shared = fields.List(fields.String(), required=True)


class AlikeOut(Answer):
    """A lead that may be the same matter; the score has no unit and only orders."""

    lead = fields.String(required=True)
    state = fields.String(required=True)
    score = fields.Float(required=True)
    why = fields.List(fields.Nested(SharedOut), required=True)


class AlikeList(Answer):
    """The leads of which a person should decide, the most telling first."""

    items = fields.List(fields.Nested(AlikeOut), required=True)


class OfferedOut(Answer):
    """A case that a lead may belong to, and why."""

    case = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    why = fields.List(fields.String(), required=True)


class OfferedList(Answer):
    """The cases about what a lead names."""

    items = fields.List(fields.Nested(OfferedOut), required=True)


class ReadyList(Answer):
    """The leads of which every case is through its second review."""

    items = fields.List(fields.String(), required=True)


class LinkIn(Strict):
    """Which case, why, and whether a concluded one is to be worked again."""

    case = Name(required=True)
    reason = Text(load_default="")
    reopen = Flag(load_default=False)


class LinkedOut(Answer):
    """What became of it."""

    lead = fields.String(required=True)
    case = fields.String(required=True)
    linked = fields.Boolean(required=True)
    concluded = fields.Boolean(required=True, metadata={"description": "the case had its conclusion already"})
    reopened = fields.Boolean(required=True)


class UnlinkIn(Strict):
    """Which case, and why."""

    case = Name(required=True)
    reason = Text(least=1, required=True)


class CaseFromLeadIn(Strict):
    """The case to open; its kind says what it needs: one student number, a credit code, or a unit."""

    kind = Choice(tuple(str(kind) for kind in Kind), required=True)
    student_nos = Many(Text(least=1, most=40), load_default=list, most=200)
    code = Text(most=40, load_default="", metadata={"description": "employer: its credit code"})
    unit = Text(most=200, load_default="", metadata={"description": "unit, conduct: college:管理学院"})
    violations = Many(Name(), load_default=list, most=20)
    organisation = Name(load_default=None, metadata={"description": "where it is worked, if not where the lead lies"})


class OpenedFromLeadOut(Answer):
    """The case that was opened."""

    lead = fields.String(required=True)
    case = fields.String(required=True)
    severity = fields.String(required=True)


class LeadPairIn(Strict):
    """What a person says of two leads."""

    other = Name(required=True)
    same = Flag(required=True)
    reason = Text(load_default="")


class LeadPairOut(Answer):
    """Where both leads stand now."""

    decision = fields.String(required=True)
    leads = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class PartIn(Strict):
    """Why two leads are not one matter after all."""

    reason = Text(least=1, required=True)
