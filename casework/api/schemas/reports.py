"""The report of a self-check: texts, freeze, signatures, filing."""

from marshmallow import fields, validate

from casework.api.schemas.cases import NextSaidOut, PersonOut, PlaceOut
from casework.api.schemas.fields import (
    Answer,
    Choice,
    Day,
    File,
    Flag,
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
from casework.operations.mark_export import PURPOSES

LONG = 20_000


class TextsIn(Strict):
    """What people write into a report; what is left out stays as it was."""

    work = Text(most=LONG)
    problems = Text(most=LONG)
    causes = Text(most=LONG)
    measures = Text(most=LONG)


class ReportIn(Strict):
    """Where a report is to be begun."""

    organisation = Name(required=True)
    round = Name(required=True)


class ReportQuery(PageQuery):
    """Which reports to list."""

    state = Choice(("draft", "frozen", "signed", "filed", "stale"), load_default=None)


class OpenReasonIn(Strict):
    """Why a case is still open."""

    number = Name(required=True)
    reason = Text(least=1, required=True)


class FreezeIn(Strict):
    """What goes into the report, and why the rest is still open."""

    open_reasons = Many(Part(OpenReasonIn), most=5000, load_default=list)
    chosen = Many(Name(), most=5000, load_default=None, allow_none=True)


class SignIn(Strict):
    """A leader's signature: the hash that was read, the name, the password once more."""

    slot = Name(required=True)
    typed_name = Text(least=1, most=100, required=True)
    password = Text(least=1, most=500, required=True)
    seen_hash = Name(required=True)
    open_cases_confirmed = Flag(load_default=False)
    paper = Text(most=64, load_default="", metadata={"description": "what was handed in for the slot, by ref"})


class PaperIn(Strict):
    """What carries a signature: the scan of the signed page, or the signed PDF."""

    file = File(required=True)
    slot = Name(required=True)
    typed_hash = Text(most=80, load_default="")


class PaperOut(Answer):
    """What was handed in and waits until its signer confirms it."""

    ref = fields.String(required=True)
    slot = fields.String(required=True)
    grade = fields.Integer(required=True)
    bound_by = fields.String(required=True)
    manifest_hash = fields.String(required=True)
    handed_in_at = Moment(required=True)
    handed_in_by = fields.Nested(PersonOut, required=True)


class RefusalIn(Strict):
    """Why a report is returned unsigned, or a filing sent back."""

    reason = Text(least=1, required=True)


class SignatureOut(Answer):
    """One filled slot."""

    ref = fields.String(required=True)
    slot = fields.String(required=True)
    person = fields.Nested(PersonOut, required=True)
    signed_at = Moment(required=True)
    grade = fields.Integer(required=True)
    level = fields.String(required=True)
    certificate = fields.Dict(required=True)
    delegated = fields.Boolean(required=True)
    lapsed_at = Moment(allow_none=True, required=True)


class OpenCaseOut(Answer):
    """A case that the report names as still open."""

    number = fields.String(required=True)
    reason = fields.String(required=True)


class ReportLineOut(Answer):
    """A report in a list."""

    ref = fields.String(required=True)
    number = fields.String(required=True)
    organisation = fields.Nested(PlaceOut, required=True)
    round = fields.String(required=True)
    supplementary = fields.Boolean(required=True)
    state = fields.String(required=True)
    manifest_hash = fields.String(allow_none=True, required=True)
    drafted_at = Moment(required=True)
    frozen_at = Moment(allow_none=True, required=True)
    signed_at = Moment(allow_none=True, required=True)
    filed_at = Moment(allow_none=True, required=True)
    stale_at = Moment(allow_none=True, required=True)
    stale_reason = fields.String(required=True)


class ReportDueOut(Answer):
    """By when a report is to be signed or filed, by when it should be, and why on that date."""

    clock = fields.String(required=True)
    at = Moment(required=True)
    target_on = fields.Date(allow_none=True, required=True)
    why = fields.List(fields.String(), required=True)


class ReportOut(ReportLineOut):
    """A report with its texts, its cases by number and its signatures."""

    texts = fields.Dict(required=True)
    due = fields.Nested(ReportDueOut, allow_none=True, required=True)
    next_said = fields.Nested(NextSaidOut, allow_none=True, required=True)
    plan_version = fields.Integer(allow_none=True, required=True)
    cases = fields.List(fields.String(), required=True)
    open_cases = fields.List(fields.Nested(OpenCaseOut), required=True)
    signatures = fields.List(fields.Nested(SignatureOut), required=True)
    documents = fields.List(fields.String(), required=True)


class DocumentQuery(Query):
    """In which form a document is wanted."""

    masked = Flag(load_default=True, metadata={"description": "documents that show graduates: masked, or an export"})
    purpose = fields.String(
        load_default="",
        validate=validate.OneOf(["", *PURPOSES]),
        metadata={"description": "what a document in full is taken for; stands in it and in the journal"},
    )


class ReceiptIn(Strict):
    """A recipient's receipt."""

    number = Text(least=1, most=100, required=True)
    received_on = Day(required=True)
    receiver = Text(least=1, most=100, required=True)


class DisposalIn(Strict):
    """What the discipline body does about a filed report."""

    words = Text(least=1, most=LONG, required=True)


class DisposalOut(Answer):
    """A note of disposal."""

    at = Moment(required=True)
    by = fields.Nested(PersonOut, required=True)
    words = fields.String(required=True)


class FilingOut(Answer):
    """One delivery of one report to one recipient."""

    ref = fields.String(required=True)
    report = fields.String(required=True)
    report_number = fields.String(required=True)
    capacity = fields.String(required=True)
    recipient = fields.Nested(PlaceOut, required=True)
    sent_at = Moment(required=True)
    receipt_number = fields.String(required=True)
    received_on = fields.Date(allow_none=True, required=True)
    receiver = fields.String(required=True)
    receipted_at = Moment(allow_none=True, required=True)
    returned_at = Moment(allow_none=True, required=True)
    return_reason = fields.String(required=True)
    voided_at = Moment(allow_none=True, required=True)
    journal_root = fields.String(allow_none=True)  # SIZE:ROOT, where one delivery is read by itself
    disposals = fields.List(fields.Nested(DisposalOut), required=True)


ReportPage = page("ReportPage", ReportLineOut)
FilingPage = page("FilingPage", FilingOut)
