"""From findings to work: what opens a case, what joins one, what waits with its record.

Several findings on one record make one case; an employer cluster makes one
case with its records. What is already being worked gets the new evidence
instead of a second case. Running this twice opens nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework.cases.models import Case, CaseFinding, CaseRecord
from casework.db import db
from casework.errors import N_
from casework.operations.open_case import indication, leading, new_case, next_numbers
from casework.operations.permit import permit
from casework.operations.retime import retime_cases
from casework.operations.story import tell
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.models import Finding, FindingRecord, Run
from casework.screening.rules import RULES
from workflows.access import Actor
from workflows.severity import Severity, nature_of, opens_case, severity_of

TITLE_RECORD = N_("%(rule)s")
TITLE_EMPLOYER = N_("%(people)d名毕业生登记在%(employer)s：%(rule)s")
NAMES = {rule.code: rule.name for rule in RULES}
BEING_WORKED = ("flagged", "investigating")


@dataclass(frozen=True)
class Opened:
    """What became of the findings of a run."""

    opened: tuple[Case, ...]
    extended: tuple[Case, ...]
    waiting: int  # findings that alone open nothing and stay with their record


@dataclass(frozen=True)
class Matter:
    """What findings are about, and whether they open a case."""

    kind: str
    subject_key: str
    findings: tuple[Finding, ...]

    @property
    def opens(self) -> bool:
        """Say whether these findings open a case."""
        return opens_case(indication(finding) for finding in self.findings)


def matters(run: Run) -> list[Matter]:
    """Return the standing findings of a run that no case has yet, grouped by what they are about."""
    taken = select(CaseFinding.finding_id)
    wanted = (
        select(Finding)
        .filter_by(organisation_id=run.organisation_id, round_id=run.round_id, last_run_id=run.id)
        .where(Finding.withdrawn_at.is_(None), Finding.id.not_in(taken))
        .options(selectinload(Finding.members).joinedload(FindingRecord.record))
        .order_by(Finding.rule, Finding.subject_key, Finding.fingerprint)
    )
    grouped: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in db.session.scalars(wanted):
        grouped[finding.level, finding.subject_key].append(finding)
    return [Matter(kind, key, tuple(findings)) for (kind, key), findings in sorted(grouped.items())]


def open_cases(run: Run, *, actor: Actor, without_rules: Iterable[str] = ()) -> Opened:
    """Open and extend cases from the findings of a run; `without_rules` are left out this time."""
    organisation = db.session.get_one(Organisation, run.organisation_id)
    round_ = db.session.get_one(Round, run.round_id)
    permit(actor, "screening:run", organisation=organisation)
    left_out = set(without_rules)
    _one_at_a_time(run)
    worked = _worked(run)
    opening, extended, waiting = [], [], 0
    for matter in matters(run):
        findings = tuple(finding for finding in matter.findings if finding.rule not in left_out)
        if not findings:
            continue
        matter = Matter(matter.kind, matter.subject_key, findings)  # noqa: PLW2901 - the same matter, less what was left out
        case = worked.get((matter.kind, matter.subject_key))
        if case is not None:
            _extend(case, matter, actor=actor)
            extended.append(case)
        elif matter.opens:
            opening.append(matter)
        else:
            waiting += len(matter.findings)
    numbers = next_numbers(organisation, round_, len(opening)) if opening else []
    opened = [
        _open(matter, organisation, round_, number=number, actor=actor)
        for matter, number in zip(opening, numbers, strict=True)
    ]
    if opened or extended:
        retime_cases([*opened, *extended])
    return Opened(tuple(opened), tuple(extended), waiting)


def _one_at_a_time(run: Run) -> None:
    """Let nobody else open cases of this round here until the commit: two at once would open each matter twice."""
    db.session.execute(select(Organisation.id).filter_by(id=run.organisation_id).with_for_update(key_share=True))


def _worked(run: Run) -> dict[tuple[str, str], Case]:
    wanted = select(Case).where(
        Case.organisation_id == run.organisation_id, Case.round_id == run.round_id, Case.state.in_(BEING_WORKED)
    )
    wanted = wanted.order_by(Case.id.desc())  # of two about one matter, the elder goes on
    return {(case.kind, case.subject_key): case for case in db.session.scalars(wanted)}


def _open(matter: Matter, organisation: Organisation, round_: Round, *, number: str, actor: Actor) -> Case:
    records = {member.record_id: member.record for finding in matter.findings for member in finding.members}
    lead = leading(matter.findings)
    params: dict[str, object] = {"rule": NAMES.get(lead.rule, lead.rule), "people": len(records)}
    employer = lead.observed.get("employer_name") or lead.observed.get("recorded_name")
    if employer:
        params["employer"] = str(employer)
    return new_case(
        number=number,
        organisation=organisation,
        round_=round_,
        kind=matter.kind,
        subject_key=matter.subject_key,
        title=TITLE_EMPLOYER if matter.kind == "employer" and employer else TITLE_RECORD,
        title_params=params,
        findings=matter.findings,
        records=sorted(records.values(), key=lambda record: record.student_no),
        origin="confirmation" if lead.rule in {"graduate_denies", "wrong_info_not_updated"} else "screening",
        actor=actor,
    )


def _extend(case: Case, matter: Matter, *, actor: Actor) -> None:
    known = {row.record_id for row in case.records}
    for finding in matter.findings:
        case.findings.append(CaseFinding(finding_id=finding.id, finding=finding))
        for member in finding.members:
            if member.record_id not in known:
                known.add(member.record_id)
                case.records.append(CaseRecord(record_id=member.record_id))
    case.people_count = len(known)
    indications = [indication(link.finding) for link in case.findings]
    raised = max(severity_of(indications), Severity(case.severity), key=lambda grade: grade.rank)
    case.severity, case.severity_rank, case.nature = (
        raised,
        raised.rank,
        nature_of(indications, from_lead=case.origin == "lead"),
    )
    tell(
        case,
        "extend",
        actor=actor,
        params={"rules": sorted({finding.rule for finding in matter.findings})},
        facts={"findings": [finding.ref for finding in matter.findings]},
    )
