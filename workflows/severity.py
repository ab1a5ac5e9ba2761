"""What opens a case, as what, and how grave it is.

A screening rule says with its output whether it found a contradiction (`C`), a
statistical reason to verify (`V`) or only support (`S`), each strong, middling or
weak: `C s`, `V m`. Weak reasons and support alone stay findings, otherwise a
tenth of all records would become cases, most of them innocent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from workflows.errors import N_


class Severity(StrEnum):
    """How grave a case is; compare by `rank`, never as text."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """The place in the order, low first."""
        return tuple(Severity).index(self)

    @property
    def is_high(self) -> bool:
        """Say whether the rules for high severity hold: high or critical."""
        return self in {Severity.HIGH, Severity.CRITICAL}

    @property
    def label(self) -> str:
        """The word on the page."""
        return SEVERITY_LABELS[self]


SEVERITY_LABELS = {
    Severity.LOW: N_("低"),
    Severity.MEDIUM: N_("中"),
    Severity.HIGH: N_("高"),
    Severity.CRITICAL: N_("特高"),
}


class Nature(StrEnum):
    """Why a case is open: something contradicts, or a statistic asks for a look."""

    CONTRADICTION = "contradiction"
    VERIFICATION = "verification"


NATURE_LABELS = {Nature.CONTRADICTION: N_("疑似矛盾"), Nature.VERIFICATION: N_("统计待核")}

CRITICAL_RULES = frozenset({"graduate_denies", "rectified_then_raised"})
OPENING_OUTPUTS = frozenset({"C s", "C m", "C w", "V s", "V m"})
SEVERITY_OF_OUTPUT = {"C s": Severity.HIGH, "C m": Severity.MEDIUM, "V s": Severity.MEDIUM}
SEVERITY_OF_ANSWER = {"never_signed": Severity.CRITICAL, "wrong_information": Severity.MEDIUM}
"""What a graduate's own answer makes of a case, whether or not a rule has looked at it yet."""


@dataclass(frozen=True)
class Indication:
    """A finding, seen from here: the rule's code and its output as the catalogue writes it (`C s`, `V m`, `S`)."""

    rule: str
    output: str

    @property
    def opens_case(self) -> bool:
        """Say whether this finding alone opens a case."""
        return self.output in OPENING_OUTPUTS

    @property
    def severity(self) -> Severity:
        """The severity that this finding alone gives."""
        if self.rule in CRITICAL_RULES:
            return Severity.CRITICAL
        return SEVERITY_OF_OUTPUT.get(self.output, Severity.LOW)


def opens_case(findings: Iterable[Indication]) -> bool:
    """Say whether these findings about one subject open a case; those that do not alone are then attached to it."""
    return any(finding.opens_case for finding in findings)


def nature_of(findings: Iterable[Indication], *, from_lead: bool = False, answer: str = "") -> Nature:
    """Return the nature of the case: light only if nothing but statistics opened it."""
    contradicted = any(finding.output.startswith("C") for finding in findings)
    return Nature.CONTRADICTION if contradicted or from_lead or answer else Nature.VERIFICATION


def severity_of(
    findings: Iterable[Indication], *, from_lead: bool = False, conduct: bool = False, answer: str = ""
) -> Severity:
    """Return the highest severity among the findings; a lead is at least medium, conduct at least high.

    `answer` is the graduate's own, where it opened the case: `never_signed` or `wrong_information`.
    """
    grades = [Severity.LOW, *(finding.severity for finding in findings)]
    if answer:
        grades.append(SEVERITY_OF_ANSWER[answer])
    if from_lead:
        grades.append(Severity.MEDIUM)
    if conduct:
        grades.append(Severity.HIGH)
    return max(grades, key=lambda grade: grade.rank)
