"""What a case page says of its suspicion: findings with their weights, what has gone, what came late, whom to check."""

from dataclasses import dataclass
from datetime import datetime

from casework.cases.models import Case, CaseRecord
from casework.cases.suspicion import first_checked, late_findings, score_of, weights_of
from casework.screening.models import Finding
from casework.screening.score import FAMILIES, FAMILY_OF, PRIOR, Weight, weight_of
from casework.screening.telling import explain


@dataclass(frozen=True)
class Doubt:
    """One finding in sentences, with its likelihood ratio; `counts` is False where a stronger one says the same."""

    finding: Finding
    told: tuple[tuple[str, dict], ...]
    weight: Weight
    family: str
    counts: bool


@dataclass(frozen=True)
class Suspicion:
    """Everything about it. `gone_since` is the day from which no finding stands any more, else None."""

    doubts: tuple[Doubt, ...]
    late: tuple[Doubt, ...]
    prior: float
    posterior: float
    gone_since: datetime | None
    first: frozenset[str]
    people: tuple[CaseRecord, ...]


def suspicion_of(case: Case) -> Suspicion:
    """Return it for a loaded case; findings that stand come first, and whom to check first before the others."""
    weights = weights_of(case.organisation_id, case.round_id)
    findings = [link.finding for link in case.findings]
    score = score_of(findings, weights)
    counted = set(score.counted.values())

    def doubt(finding: Finding) -> Doubt:
        return Doubt(
            finding,
            tuple(explain(finding.rule, finding.observed)),
            weight_of(finding, weights),
            FAMILIES.get(FAMILY_OF.get(finding.rule, "lead"), ""),
            finding.withdrawn_at is None and finding.rule in counted,
        )

    gone = [finding.withdrawn_at for finding in findings if finding.withdrawn_at is not None]
    first = first_checked(case)
    return Suspicion(
        doubts=tuple(doubt(finding) for finding in sorted(findings, key=_order)),
        late=tuple(doubt(finding) for finding in late_findings(case)),
        prior=PRIOR,
        posterior=score.probability,
        gone_since=max(gone) if gone and len(gone) == len(findings) else None,
        first=first,
        people=tuple(sorted(case.records, key=lambda row: (row.record.student_no not in first, row.record.student_no))),
    )


def _order(finding: Finding) -> tuple[bool, bool, str, str]:
    return finding.withdrawn_at is not None, finding.output == "S", finding.rule, finding.fingerprint
