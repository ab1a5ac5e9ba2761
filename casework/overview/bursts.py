"""What the rules say about many changes at once after a correction and near a date, as questions in their own words.

No order but the one in which they were found: how many somebody entered is no
measure of anybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from casework.cases.models import Case, CaseFinding
from casework.cases.queries import in_scope
from casework.db import db
from casework.screening.models import Finding
from casework.screening.rules.bursts import ENTRY_BURST
from casework.screening.rules.rebounds import RECTIFIED_THEN_RAISED
from casework.screening.telling import explain
from workflows.access import Actor

RULES = (RECTIFIED_THEN_RAISED.code, ENTRY_BURST.code)
MOST = 50


@dataclass(frozen=True)
class Burst:
    """One question about a unit or an account: its sentences, and the case in which it is asked where there is one."""

    finding: Finding
    told: Sequence[tuple[str, dict]]
    case: Case | None


def bursts(actor: Actor, *, round_id: int, rules: Iterable[str] = RULES) -> list[Burst]:
    """Return what stands of these rules' findings in the cases of this person, the newest first."""
    wanted = (
        select(Finding, Case)
        .join(CaseFinding, CaseFinding.finding_id == Finding.id)
        .join(Case, Case.id == CaseFinding.case_id)
        .where(in_scope(actor), Finding.round_id == round_id, Finding.withdrawn_at.is_(None))
        .where(or_(*(Finding.rule == rule for rule in rules)))
        .order_by(Finding.id.desc())
        .limit(MOST)
    )
    rows = db.session.execute(wanted).all()
    return [Burst(finding, explain(finding.rule, finding.observed), case) for finding, case in rows]
