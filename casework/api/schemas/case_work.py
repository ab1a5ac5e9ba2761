"""What is written into a case while it is worked on."""

from marshmallow import fields

from casework.api.schemas.cases import ActionIn
from casework.api.schemas.fields import Answer, Choice, Day, File, Flag, Many, Name, Part, Strict, Text
from casework.cases.registered import CORRECTABLE
from casework.operations.log_verification import SUPPLIERS
from workflows.evidence import EvidenceClass, Method, Result


class NoteIn(Strict):
    """A note in the story of a case; it is no part of the dossier."""

    words = Text(least=1, most=4000, required=True)


class VerificationIn(Strict):
    """An attempt to establish a fact."""

    method = Choice(tuple(Method), required=True)
    evidence_class = Choice(tuple(EvidenceClass), required=True)
    result = Choice(tuple(Result), required=True)
    supplied_by = Choice(SUPPLIERS, load_default="other")
    note = Text(most=4000, load_default="")
    record = Name(load_default=None, metadata={"description": "the ref of one graduate's record in the case"})


class EvidenceIn(Strict):
    """A file that supports a case; its kind is told from its content."""

    file = File(required=True)
    evidence_class = Choice(tuple(EvidenceClass), required=True)
    supplied_by = Choice(SUPPLIERS, load_default="other")
    record = Name(load_default=None)


class ReasonIn(Strict):
    """Why."""

    reason = Text(least=1, required=True)


class CorrectionIn(Strict):
    """What has to change in a registration: one field."""

    record = Name(required=True)
    field = Choice(CORRECTABLE, required=True)
    new = Text(most=500, required=True)
    evidence = Name(load_default=None, metadata={"description": "the ref of a file in the case"})
    upstream_reference = Text(most=200, load_default="")


class CompletionIn(Strict):
    """What a correction still lacked."""

    evidence = Name(load_default=None)
    upstream_reference = Text(most=200, load_default="")


class PlannedIn(Strict):
    """One measure of a plan."""

    text = Text(least=1, required=True)
    responsible = Text(least=1, most=200, required=True)
    due_on = Day(load_default=None)


class RectificationIn(Strict):
    """The plan of a conduct or unit case (N3.3)."""

    goal = Text(least=1, required=True)
    responsible = Text(least=1, most=200, required=True)
    due_on = Day(required=True)
    measures = Many(Part(PlannedIn), least=1, most=50, required=True)


class DoneIn(Strict):
    """On which day it was done."""

    done_on = Day(required=True)


class HoldIn(Strict):
    """A stop of the duration clocks, asked for."""

    reason = Text(least=1, required=True)
    until_on = Day(required=True)


class DecisionIn(Strict):
    """Yes or no to a hold."""

    approve = Flag(required=True)
    reason = Text(load_default="")


class UnmaskIn(Strict):
    """Which graduate's full identity is to be seen, and why."""

    record = Name(required=True)
    reason = Text(least=1, required=True)


class IdentityOut(Answer):
    """The full identity of one graduate; the look is in the journal."""

    name = fields.String(required=True)
    student_no = fields.String(required=True)
    phone = fields.String()
    email = fields.String()
    family_phone = fields.String()
    employer_phone = fields.String()
    statement = fields.String()
    correction_employer = fields.String()
    correction_job = fields.String()
    correction_time = fields.String()
    correction_destination = fields.String()
    correction_other = fields.String()


class BulkItemIn(ActionIn):
    """One step of one case among many."""

    number = Name(required=True)
    if_match = Text(least=1, most=200, load_default=None, metadata={"description": "the case's ETag; without it: 428"})


class BulkIn(Strict):
    """Many steps; each is a unit of work of its own."""

    items = Many(Part(BulkItemIn), least=1, most=200, required=True)


class BulkResultOut(Answer):
    """What became of one item: a status as if it had been asked alone."""

    number = fields.String(required=True)
    status = fields.Integer(required=True)
    etag = fields.String(allow_none=True, required=True)
    problem = fields.Raw(allow_none=True, required=True, metadata={"description": "problem details, when refused"})


class BulkOut(Answer):
    """One result for each item, in their order."""

    items = fields.List(fields.Nested(BulkResultOut), required=True)
