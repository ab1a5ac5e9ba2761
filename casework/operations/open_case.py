"""Open one case about one matter, with its number taken in the same transaction."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from casework import journal
from casework.cases.models import Case, CaseCounter, CaseFinding, CaseRecord, Move
from casework.db import db, insert_new
from casework.intake.models import Record
from casework.operations.permit import permit
from casework.operations.retime import retime
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.models import Finding
from casework.screening.score import Weight, score
from workflows.access import SYSTEM, Actor
from workflows.severity import Indication, Severity, nature_of, severity_of

RULE_OF_ANSWER = {"never_signed": "graduate_denies", "wrong_information": "wrong_info_not_updated"}
"""The rule that finds the same in an export: whoever filters by it finds what an answer opened too."""
DENIAL = "never_signed"
"""The answer that seals its case: the college that registered the graduate is not to reach them first."""


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
    case = new_case(
        number=next_number(organisation, round_),
        organisation=organisation,
        round_=round_,
        kind=kind,
        subject_key=subject_key,
        title=title,
        title_params=title_params,
        findings=findings,
        records=records,
        origin=origin,
        actor=actor,
    )
    retime(case)
    return case


def new_case(
    *,
    number: str,
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
    college_id: int | None = None,
    weights: Mapping[str, Weight] | None = None,
    answer: str = "",
) -> Case:
    """Return a new case under a number already taken, told and journalled; whoever calls this sets its clocks.

    `college_id` says to which college it belongs where its subject tells; else the one college of all its records.
    `weights` are those of the round for its suspicion, start values without them. `answer` is the graduate's own,
    where it opens the case.
    """
    indications = [indication(finding) for finding in findings]
    from_lead = origin == "lead"
    severity = severity_of(indications, from_lead=from_lead, conduct=kind == "conduct", answer=answer)
    colleges = {record.college_id for record in records}
    case = Case(
        number=number,
        organisation_id=organisation.id,
        organisation=organisation,
        round_id=round_.id,
        round=round_,
        kind=kind,
        subject_key=subject_key,
        title=title,
        title_params=title_params,
        rule=leading(findings).rule if findings else RULE_OF_ANSWER.get(answer, ""),
        origin=origin,
        nature=nature_of(indications, from_lead=from_lead, answer=answer),
        severity=severity,
        severity_rank=Severity(severity).rank,
        college_id=college_id or (colleges.pop() if len(colleges) == 1 else None),
        sealed=answer == DENIAL,
        people_count=len(records),
        suspicion=score(findings, weights).log_odds if findings else None,
    )
    case.records = [CaseRecord(record_id=record.id) for record in records]
    case.findings = [CaseFinding(finding_id=finding.id) for finding in findings]
    case.moves = [
        Move(by_id=None if actor is SYSTEM else actor.id, action="open", to_state="flagged", params={"origin": origin})
    ]
    case.holds = []  # said here, or each case is asked for them when its clocks are set
    db.session.add(case)
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
    return case


def indication(finding: Finding) -> Indication:
    """Return a finding as the rules about severity see it."""
    return Indication(rule=finding.rule, output=f"{finding.output} {finding.strength}")


def leading(findings: Sequence[Finding]) -> Finding:
    """Return the gravest finding; the catalogue's codes break ties, so that the choice is always the same."""
    return max(findings, key=lambda finding: (indication(finding).severity.rank, finding.output == "C", finding.rule))


def next_number(organisation: Organisation, round_: Round) -> str:
    """Take the next number of this organisation and round, as LC24-0417; the counter stays locked to the end."""
    return next_numbers(organisation, round_, 1)[0]


def next_numbers(organisation: Organisation, round_: Round, how_many: int) -> list[str]:
    """Take so many numbers at once, in their order."""
    insert_new(
        CaseCounter, keys=("organisation_id", "round_id"), organisation_id=organisation.id, round_id=round_.id, last=0
    )
    wanted = select(CaseCounter).filter_by(organisation_id=organisation.id, round_id=round_.id)
    counter = db.session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()
    first, counter.last = counter.last + 1, counter.last + how_many
    return [
        f"{organisation.short_code}{round_.cohort % 100:02}-{number:04}" for number in range(first, counter.last + 1)
    ]
