"""Imports, screening runs and the jobs that do both."""

from marshmallow import fields

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
    Strict,
    Text,
    page,
)
from casework.intake.importers import IMPORTERS
from casework.leads.lists import CHANNELS as LIST_CHANNELS
from casework.leads.lists import LONGEST_NUMBER, LONGEST_TITLE

KINDS = tuple(importer.kind for importer in IMPORTERS)


class BatchIn(Strict):
    """A file to be taken in."""

    file = File(required=True)
    organisation = Name(required=True)
    round = Name(required=True)
    kind = Choice(KINDS, load_default=None, metadata={"description": "told from the headers when left out"})
    channel = Choice(LIST_CHANNELS, load_default=None, metadata={"description": "of a pushed-down list, as all below"})
    external_no = Text(most=LONGEST_NUMBER, load_default=None)
    title = Text(most=LONGEST_TITLE, load_default=None)
    received_on = Day(load_default=None)
    reply_by = Day(load_default=None)


class BatchQuery(PageQuery):
    """Which batches to list."""

    state = Name(load_default=None)
    kind = Choice(KINDS, load_default=None)


class MappingIn(Strict):
    """Which field each column of the file is; null leaves a column out."""

    mapping = Many(Text(most=64, allow_none=True), most=500, load_default=None, allow_none=True)


class ConfirmIn(Strict):
    """The day that the export shows, when the file's name does not say it."""

    taken_on = Day(load_default=None)


class BatchOut(Answer):
    """A file that was handed in."""

    ref = fields.String(required=True)
    organisation = fields.String(required=True)
    round = fields.String(required=True)
    kind = fields.String(required=True)
    file_name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    state = fields.String(required=True)
    headers = fields.List(fields.String(), required=True)
    mapping = fields.List(fields.String(allow_none=True), required=True)
    uploaded_at = Moment(required=True)
    confirmed_at = Moment(allow_none=True, required=True)
    counts = fields.Dict(required=True)
    refusal = fields.String(allow_none=True, required=True)
    job = fields.String(allow_none=True, required=True)


class ProblemLineOut(Answer):
    """One thing that is wrong in one cell."""

    row = fields.Integer(required=True)
    column = fields.String(required=True)
    field = fields.String(required=True)
    value = fields.String(required=True, metadata={"description": "masked where it is personal"})
    code = fields.String(required=True)
    detail = fields.String(required=True)
    severity = fields.String(required=True)
    handling = fields.String(required=True)


class ProblemPage(Answer):
    """What could not be read, in the order of the rows."""

    items = fields.List(fields.Nested(ProblemLineOut), required=True)
    next = fields.Integer(allow_none=True, required=True)


class JobOut(Answer):
    """Work that runs in its own time."""

    ref = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["waiting", "running", "done", "failed"]})
    progress = fields.Integer(required=True)
    total = fields.Integer(required=True)
    promised_at = Moment(required=True)
    done_at = Moment(allow_none=True, required=True)
    failed_at = Moment(allow_none=True, required=True)
    result = fields.Dict(allow_none=True, required=True)
    refusal = fields.String(allow_none=True, required=True)


class RunIn(Strict):
    """What to screen."""

    organisation = Name(required=True)
    round = Name(required=True)
    then_open = Flag(load_default=False, metadata={"description": "open the cases as soon as the run is done"})


class RunQuery(PageQuery):
    """Which runs to list."""

    organisation = Name(load_default=None)


class RunOut(Answer):
    """One screening: what it read, by which rules, and how much it found."""

    ref = fields.String(required=True)
    organisation = fields.String(required=True)
    round = fields.String(required=True)
    started_at = Moment(required=True)
    finished_at = Moment(allow_none=True, required=True)
    data_cut = fields.Dict(required=True)
    rules = fields.Dict(required=True)
    settings = fields.Dict(required=True)
    settings_version = fields.Integer(required=True)
    tests = fields.Integer(required=True)
    counts = fields.Dict(required=True)


class FindingQuery(PageQuery):
    """Which findings of a run to list."""

    rule = Name(load_default=None)


class OpenIn(Strict):
    """Which rules are left out this time, and why."""

    without_rules = Many(Name(), most=100, load_default=list)
    reason = Text(most=2000, load_default="", metadata={"description": "required when rules are left out"})


class OpenedOut(Answer):
    """What became of the findings of a run."""

    opened = fields.List(fields.String(), required=True, metadata={"description": "numbers of new cases"})
    extended = fields.List(fields.String(), required=True)
    late = fields.List(fields.String(), required=True, metadata={"description": "concluded cases that were told"})
    waiting = fields.Integer(required=True)


BatchPage = page("BatchPage", BatchOut)
RunPage = page("RunPage", RunOut)
