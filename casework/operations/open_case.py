"""Open one case about one matter, with its number taken in the same transaction."""

from collections.abc import Sequence

from sqlalchemy import select

from casework import journal
from casework.cases.models import Case, CaseCounter, CaseFinding, CaseRecord, Move
from casework.db import db
from casework.intake.models import Record
from casework.operations.permit import permit
from casework.operations.retime import retime
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.models import Finding
from workflows.access import SYSTEM, Actor
from workflows.severity import Indication, Severity, nature_of, severity_of


def open_case(
    *,
    organisation: Organisation,
    round_: Round,
    kind: str,
    subject_key: str,
    title: str,
    title_params: dict[str, object],
    findings: Sequence[Finding],
    records: Sequence[Record],
    origin: str,
    actor: Actor,
) -> Case:
    """Return a new case in `flagged`; severity and nature follow from its findings and its origin."""
    permit(actor, "case:open", organisation=organisation)
    indications = [indication(finding) for finding in findings]
    from_lead = origin == "lead"
    severity = severity_of(indications, from_lead=from_lead, conduct=kind == "conduct")
    colleges = {record.college_id for record in records}
    case = Case(
        number=next_number(organisation, round_),
        organisation_id=organisation.id,
        organisation=organisation,
        round_id=round_.id,
        round=round_,
        kind=kind,
        subject_key=subject_key,
        title=title,
        title_params=title_params,
        rule=leading(findings).rule if findings else "",
        origin=origin,
        nature=nature_of(indications, from_lead=from_lead),
        severity=severity,
        severity_rank=Severity(severity).rank,
        college_id=colleges.pop() if len(colleges) == 1 else None,
        people_count=len(records),
    )
    case.records = [CaseRecord(record_id=record.id) for record in records]
    case.findings = [CaseFinding(finding_id=finding.id) for finding in findings]
    case.moves = [
        Move(by_id=None if actor is SYSTEM else actor.id, action="open", to_state="flagged", params={"origin": origin})
    ]
    db.session.add(case)
    db.session.flush()  # its timers need its id
    journal.record(
        organisation_id=organisation.id,
        action="case:open",
        actor=str(actor.id),
        subject=case.number,
        facts={
            "kind": kind,
            "origin": origin,
            "severity": str(severity),
            "findings": [finding.ref for finding in findings],
            "records": [record.ref for record in records],
        },
    )
    retime(case)
    return case


def indication(finding: Finding) -> Indication:
    """Return a finding as the rules about severity see it."""
    return Indication(rule=finding.rule, output=f"{finding.output} {finding.strength}")


def leading(findings: Sequence[Finding]) -> Finding:
    """Return the gravest finding; the catalogue's codes break ties, so that the choice is always the same."""
    return max(findings, key=lambda finding: (indication(finding).severity.rank, finding.output == "C", finding.rule))


def next_number(organisation: Organisation, round_: Round) -> str:
    """Take the next number of this organisation and round, as LC24-0417; the counter stays locked to the end."""
    wanted = select(CaseCounter).filter_by(organisation_id=organisation.id, round_id=round_.id).with_for_update()
    counter = db.session.scalars(wanted).one_or_none()
    if counter is None:
        counter = CaseCounter(organisation_id=organisation.id, round_id=round_.id, last=0)
        db.session.add(counter)
    counter.last += 1
    return f"{organisation.short_code}{round_.cohort % 100:02}-{counter.last:04}"
