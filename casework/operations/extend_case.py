"""New evidence joins a case that is being worked: its findings, its people, and what follows for its severity."""

from collections.abc import Mapping, Sequence

from casework.cases.models import Case, CaseFinding, CaseRecord
from casework.cases.suspicion import late_findings, rate, weights_of
from casework.operations.open_case import indication
from casework.operations.story import tell
from casework.screening.models import Finding
from casework.screening.score import Weight
from workflows.access import Actor
from workflows.severity import Severity, nature_of, severity_of

CONTRADICTED = ("lead", "confirmation")
"""Origins that say themselves that something contradicts: what a statistic adds makes no light case of them."""


def extend_case(case: Case, findings: Sequence[Finding], *, weights: Mapping[str, Weight], actor: Actor) -> None:
    """Attach findings to a case; its severity may rise and never falls. Whoever calls this sets its clocks."""
    known = {row.record_id for row in case.records}
    for finding in findings:
        case.findings.append(CaseFinding(finding_id=finding.id, finding=finding))
        for member in finding.members:
            if member.record_id not in known:
                known.add(member.record_id)
                case.records.append(CaseRecord(record_id=member.record_id, record=member.record))
    case.people_count = len(known)
    indications = [indication(link.finding) for link in case.findings]
    raised = max(severity_of(indications), Severity(case.severity), key=lambda grade: grade.rank)
    case.severity, case.severity_rank = raised, raised.rank
    if case.origin not in CONTRADICTED:
        case.nature = nature_of(indications)
    rate(case, weights)
    tell(
        case,
        "extend",
        actor=actor,
        params={"rules": sorted({finding.rule for finding in findings})},
        facts={"findings": [finding.ref for finding in findings]},
    )


def take_late(case: Case, *, actor: Actor) -> int:
    """Let a case that is being worked again have what was found since its conclusion; return how many findings."""
    late = late_findings(case)
    if late:
        extend_case(case, late, weights=weights_of(case.organisation_id, case.round_id), actor=actor)
    return len(late)
