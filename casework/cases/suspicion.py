"""How suspicious a case is now: the score of its findings that still stand, by the newest weights.

`Case.suspicion` orders equal deadlines and can order the list of cases; it is
written whenever findings come, go, or are weighed anew. It decides nothing: no
case opens, closes or gets its severity by it.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework.cases.models import Case, CaseFinding, Move
from casework.db import db
from casework.screening.first_checks import chosen
from casework.screening.models import Finding, FindingRecord, Weights
from casework.screening.score import Score, Weight, score
from workflows.case import BEING_WORKED

WITHDRAWN, RESTORED, LATE = "findings_withdrawn", "findings_restored", "late_findings"
"""Lines of a case's story: what the data no longer say, say again, and say only since the case was concluded."""


def weights_of(organisation_id: int, round_id: int) -> Mapping[str, Weight]:
    """Return the refitted weights that hold here now; rules without one have their start value."""
    newest = newest_weights(organisation_id, round_id)
    rows = newest.values["rules"] if newest else {}
    return {
        rule: Weight(row["ratio"], refitted=True, checked=row["checked"], confirmed=row["confirmed"])
        for rule, row in rows.items()
        if row["refitted"]
    }


def newest_weights(organisation_id: int, round_id: int) -> Weights | None:
    """Return the last refit of an organisation's round."""
    wanted = select(Weights).filter_by(organisation_id=organisation_id, round_id=round_id)
    return db.session.scalars(wanted.order_by(Weights.version.desc()).limit(1)).one_or_none()


def standing(case: Case) -> list[Finding]:
    """Return the findings of a case that the newest data still show."""
    return [link.finding for link in case.findings if link.finding.withdrawn_at is None]


def score_of(findings: Iterable[Finding], weights: Mapping[str, Weight]) -> Score:
    """Return the score of the findings that stand."""
    return score([finding for finding in findings if finding.withdrawn_at is None], weights)


def rate(case: Case, weights: Mapping[str, Weight]) -> None:
    """Write the suspicion of a case; None where no rule has opened it."""
    found = score_of([link.finding for link in case.findings], weights).log_odds if case.findings else None
    if case.suspicion != found:
        case.suspicion = found


def rate_open(organisation_id: int, round_id: int) -> int:
    """Rate every open case of a round anew; return how many there are."""
    weights = weights_of(organisation_id, round_id)
    wanted = (
        select(Case)
        .where(Case.organisation_id == organisation_id, Case.round_id == round_id)
        .where(Case.state.in_(BEING_WORKED), Case.findings.any())
        .options(selectinload(Case.findings).joinedload(CaseFinding.finding))
    )
    cases = db.session.scalars(wanted).all()
    for case in cases:
        rate(case, weights)
    return len(cases)


def all_withdrawn(case: Case) -> bool:
    """Say whether every finding of a case has gone; the case stays open until somebody has looked."""
    return bool(case.findings) and not standing(case)


def first_checked(case: Case) -> frozenset[str]:
    """Return whose registrations are checked first: of a case that statistics opened, a draw; of others, nobody."""
    numbers = [row.record.student_no for row in case.records]
    if case.nature != "verification" or case.kind not in {"employer", "unit"} or len(numbers) < 2:  # noqa: PLR2004 - one person needs no draw
        return frozenset()
    return chosen(case.number, numbers)


def told(moves: Iterable[Move]) -> tuple[set[str], set[str]]:
    """Return the refs of findings of which a case's story says that they are withdrawn, and that they came late."""
    withdrawn: set[str] = set()
    late: set[str] = set()
    for move in moves:
        refs = set(move.params.get("findings", ()))
        if move.action == WITHDRAWN:
            withdrawn |= refs
        elif move.action == RESTORED:
            withdrawn -= refs
        elif move.action == LATE:
            late |= refs
    return withdrawn, late


def late_findings(case: Case) -> Sequence[Finding]:
    """Return what was found about a concluded case after its conclusion, still stands and is in no case yet."""
    _, refs = told(case.moves)
    if not refs:
        return ()
    wanted = (
        select(Finding)
        .where(Finding.ref.in_(refs), Finding.withdrawn_at.is_(None))
        .where(Finding.id.not_in(select(CaseFinding.finding_id)))
        .options(selectinload(Finding.members).joinedload(FindingRecord.record))
        .order_by(Finding.rule, Finding.fingerprint)
    )
    return db.session.scalars(wanted).unique().all()
