"""The facts about a case that its rules read: built from rows by whoever asks, thrown away afterwards.

Every default is the cautious one: a fact that was not filled in makes the rules
refuse, it never lets a case through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from workflows.engine import Words
from workflows.errors import N_
from workflows.evidence import Verification
from workflows.severity import Nature, Severity


class CaseState(StrEnum):
    """Where a case stands."""

    FLAGGED = "flagged"
    INVESTIGATING = "investigating"
    CORRECTED = "corrected"
    SIGNED_OFF = "signed_off"
    FILED = "filed"
    MERGED = "merged"


class Kind(StrEnum):
    """What a case is about."""

    RECORD = "record"
    EMPLOYER = "employer"
    UNIT = "unit"
    CONDUCT = "conduct"


KIND_LABELS = {
    Kind.RECORD: N_("登记记录"),
    Kind.EMPLOYER: N_("用人单位"),
    Kind.UNIT: N_("院系或学校"),
    Kind.CONDUCT: N_("“四不准”“三不得”"),
}


class Conclusion(StrEnum):
    """What was established; a suspicion found to be unfounded travels the same way as the others."""

    CORRECTED = "corrected"
    UNFOUNDED = "unfounded"
    RECTIFIED = "rectified"
    UNVERIFIABLE = "unverifiable"

    @property
    def label(self) -> str:
        """The word on the page."""
        return CONCLUSION_LABELS[self]


CONCLUSION_LABELS = {
    Conclusion.CORRECTED: N_("查实已纠正"),
    Conclusion.UNFOUNDED: N_("核实无误"),
    Conclusion.RECTIFIED: N_("已整改"),
    Conclusion.UNVERIFIABLE: N_("无法核实"),
}


@dataclass(frozen=True)
class Correction:
    """One changed field; `registered_value` is what the record shows now, `upstream_reference` the change asked for."""

    field: str
    old: str
    new: str
    evidence_attached: bool = False
    registered_value: str | None = None
    upstream_reference: str = ""


@dataclass(frozen=True)
class Measure:
    """One measure of a rectification."""

    text: str
    due_on: date | None
    responsible: str
    done: bool = False


@dataclass(frozen=True)
class Rectification:
    """Goal and measures, each with a date and a named person (N3.3)."""

    goal: str
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class Hold:
    """A pause of the duration clocks; never of a statutory date."""

    reason: str
    until: date
    approved_by_id: int


@dataclass(frozen=True)
class ManifestFacts:
    """The latest report that contains the case: its word on the case, who signed it, who receipted it.

    `valid` is false as soon as the report is stale or returned. `dossier_hash` is
    the one written into the manifest, to be compared with the case's own.
    """

    report_no: str
    valid: bool
    dossier_hash: str
    slots: tuple[str, ...]
    signed: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    receipted: tuple[str, ...] = ()

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The slots that still wait, in the round's order."""
        return tuple(slot for slot in self.slots if slot not in self.signed)

    @property
    def not_receipted(self) -> tuple[str, ...]:
        """The recipients that still have to receipt, in the round's order."""
        return tuple(recipient for recipient in self.recipients if recipient not in self.receipted)


@dataclass
class CaseFacts:
    """A case as its rules see it; `state` alone is written, by the engine.

    `organisation_path` are ids from the root down to the body that handles it.
    `owner_conflicts` are sentences why the owner may not judge it; `conflicted_ids`
    is everybody who entered, approved or corrected the record, counselled the
    graduate or declared a relation; `ties` are the words for it that may be said, by person.
    """

    state: str
    number: str
    organisation_path: tuple[int, ...]
    kind: Kind = Kind.RECORD
    nature: Nature = Nature.CONTRADICTION
    severity: Severity = Severity.CRITICAL
    college_id: int | None = None
    sealed: bool = False
    subject_key: str = ""
    owner_id: int | None = None
    owner_conflicts: tuple[str, ...] = ()
    conflicted_ids: frozenset[int] = frozenset()
    ties: Mapping[int, Words] = field(default_factory=dict)
    verifications: tuple[Verification, ...] = ()
    corrections: tuple[Correction, ...] = ()
    rectification: Rectification | None = None
    conclusion: Conclusion | None = None
    accepted: bool = False
    merged_from_state: str | None = None
    hold: Hold | None = None
    dossier_hash: str = ""
    manifest: ManifestFacts | None = None
