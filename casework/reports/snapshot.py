"""What a report says, frozen: the only thing that the three documents are made from.

A `Snapshot` is plain text, numbers and tuples; the operation that freezes a
report fills it from the database once and stores `to_dict()`. Every later
rendering starts from that dict, so a document can be made again years later and
says the same. Dates are Beijing dates as ISO text.

The parts: `Plan` for 自查通知（方案）, `Row` (one graduate in one case) for 自查记录,
the rest for 自查报告 (N2.2). `destinations` counts all graduates of the cohort by
code; `sample` rows are listed apart and stay out of the problem figures. `wording`
holds the sentences around the figures, `definitions` what each rate counts and
`code_names` what the codes are called: all of it as it was on that day.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from casework.cases.canonical import canonical_hash
from casework.reports.rates import Definition

PLAN, RECORDS, REPORT = "plan", "records", "report"


@dataclass(frozen=True)
class Step:
    """A line of the schedule: by when, what, who."""

    by: str
    work: str
    responsible: str


@dataclass(frozen=True)
class Duty:
    """A named person and what they answer for (N3.1)."""

    name: str
    post: str
    duty: str


@dataclass(frozen=True)
class CheckItem:
    """One of N1.1–N1.5: how it was examined, what, with which finding, by whom."""

    clause: str
    title: str
    method: str
    examined: str
    finding: str
    responsible: str


@dataclass(frozen=True)
class Plan:
    """自查通知（方案）as issued: method, what is recorded, what rectification has to do, by when, by whom."""

    version: str
    issued_on: str
    method: tuple[str, ...]
    recorded: tuple[str, ...]
    requirements: tuple[str, ...]
    schedule: tuple[Step, ...]
    responsible: tuple[Duty, ...]


@dataclass(frozen=True)
class Row:
    """One graduate in one case: basic data, destination, verification, handling, later verification.

    `conclusion` is the word shown (查实已纠正, 核实无误 …). A case about an employer or a unit has one row
    for each graduate whom it concerns, or one row without a graduate (empty text) if it concerns none.
    """

    case: str
    name: str
    student_no: str
    id_number: str
    phone: str
    college: str
    major: str
    degree: str
    destination_code: str
    destination: str
    employer: str
    suspicion: str
    method: str
    result: str
    conclusion: str
    handling: str
    later_verification: str
    sample: bool = False


@dataclass(frozen=True)
class Measure:
    """One measure of rectification: goal, measure, deadline, named person, how far it is (N3.3)."""

    goal: str
    measure: str
    due_on: str
    responsible: str
    progress: str
    case: str = ""


@dataclass(frozen=True)
class OpenCase:
    """A case that is not in this report: its number, state in words, and the reason the signers confirm."""

    number: str
    state: str
    reason: str


@dataclass(frozen=True)
class Slot:
    """A place for a signature, from the round: stable name and the office that is printed."""

    slot: str
    title: str


@dataclass(frozen=True)
class Cited:
    """A report of the level below that this one rests on: its number, whose it is, the hash of its manifest."""

    number: str
    organisation: str
    manifest_hash: str


@dataclass(frozen=True)
class Snapshot:
    """Everything that the three documents of one report say; see the module for the promises."""

    number: str
    organisation: str
    level: str
    cohort: int
    report_on: str
    supplementary_to: str
    plan: Plan
    checklist: tuple[CheckItem, ...]
    work_done: tuple[str, ...]
    problems: tuple[str, ...]
    causes: tuple[str, ...]
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]
    destinations: Mapping[str, int]
    confirmations: Mapping[str, int]
    open_cases: tuple[OpenCase, ...]
    slots: tuple[Slot, ...]
    recipients: tuple[str, ...]
    rectified: tuple[str, ...] = ()
    cites: tuple[Cited, ...] = ()
    form: int = 1  # 2: with its own words, rates and charts; what was frozen before renders as it did
    wording: Mapping[str, str] = field(default_factory=dict)
    definitions: tuple[Definition, ...] = ()
    code_names: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict:
        """Return the snapshot in JSON's own types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping) -> "Snapshot":
        """Return the snapshot that `to_dict` wrote, also after a journey through JSON."""
        return _read(cls, stored)


_ITEMS = {
    "schedule": Step,
    "responsible": Duty,
    "checklist": CheckItem,
    "measures": Measure,
    "rows": Row,
    "open_cases": OpenCase,
    "slots": Slot,
    "cites": Cited,
    "definitions": Definition,
}
FORM = 2
_SINCE_FORM_2 = ("form", "wording", "definitions", "code_names")
_FRAME = ("number", "organisation", "level", "cohort", "supplementary_to")
_PARTS = {
    PLAN: ("organisation", "level", "cohort", "plan", "checklist"),
    RECORDS: (*_FRAME, "rows"),
    REPORT: (*_FRAME, *(each.name for each in fields(Snapshot) if each.name not in (*_FRAME, "plan"))),
}


def document_contents(snapshot: Snapshot) -> dict[str, dict]:
    """Return, by document, exactly the part of the snapshot that this document shows."""
    whole = snapshot.to_dict()
    contents = {name: {key: whole[key] for key in keys} for name, keys in _PARTS.items()}
    contents[PLAN]["checklist"] = [{key: item[key] for key in ("clause", "title")} for item in whole["checklist"]]
    contents[REPORT]["plan_version"] = snapshot.plan.version
    if not snapshot.cites:
        del contents[REPORT]["cites"]  # whoever has nobody below says nothing of it, as the first reports did
    if snapshot.form == 1:
        contents[REPORT] = {key: part for key, part in contents[REPORT].items() if key not in _SINCE_FORM_2}
        return contents
    contents[PLAN]["wording"] = _words_of(snapshot, PLAN)
    contents[REPORT]["wording"] = _words_of(snapshot, REPORT)
    return contents


def _words_of(snapshot: Snapshot, document: str) -> dict[str, str]:
    return {key: text for key, text in snapshot.wording.items() if key.partition(".")[0] == document}


def content_hashes(snapshot: Snapshot) -> dict[str, str]:
    """Return the hashes that the manifest holds for the three documents."""
    return {name: canonical_hash(content) for name, content in document_contents(snapshot).items()}


def _read(kind: type, stored: Any) -> Any:
    return kind(**{name: _read_field(name, value) for name, value in stored.items()})


def _read_field(name: str, value: Any) -> Any:
    if name == "plan":
        return _read(Plan, value)
    if not isinstance(value, list | tuple):
        return value
    item = _ITEMS.get(name)
    return tuple(_read(item, each) if item else each for each in value)
