"""Withdrawn data withdraws the suspicion visibly: in the case's story, to its owner, and in its score.

Nothing closes by it. That the newest data no longer say so may mean that all is
well, that somebody has corrected the record, or that somebody has hidden it: a
person concludes, in the usual way. A finding that comes back is told again.
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from casework.cases.models import Case, CaseFinding, Move
from casework.cases.suspicion import RESTORED, WITHDRAWN, all_withdrawn, rate, told, weights_of
from casework.db import db
from casework.operations.announce import announce
from casework.operations.story import tell
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.models import Finding
from workflows.access import Actor
from workflows.case import BEING_WORKED


def tell_withdrawn(*, organisation: Organisation, round_: Round, actor: Actor) -> tuple[Case, ...]:
    """Tell every case that is being worked which of its findings have gone or come back; return those cases.

    The story is the memory: told again, it says nothing twice. Called after a screening, which checks the right.
    """
    weights = weights_of(organisation.id, round_.id)
    changed = []
    for case in _concerned(organisation, round_):
        said, _ = told(case.moves)
        links = {link.finding.ref: link.finding for link in case.findings}
        gone = {ref for ref, finding in links.items() if finding.withdrawn_at is not None}
        for action, refs in ((WITHDRAWN, gone - said), (RESTORED, (said & links.keys()) - gone)):
            if refs:
                _say(case, action, [links[ref] for ref in sorted(refs)], actor=actor)
        if gone != said & links.keys():
            rate(case, weights)
            changed.append(case)
    return tuple(changed)


def _concerned(organisation: Organisation, round_: Round) -> list[Case]:
    """Return the cases being worked that have a withdrawn finding, or whose story speaks of one."""
    gone = select(CaseFinding.case_id).join(Finding).where(Finding.withdrawn_at.is_not(None))
    spoken = select(Move.case_id).where(Move.action == WITHDRAWN)
    wanted = (
        select(Case)
        .where(Case.organisation_id == organisation.id, Case.round_id == round_.id)
        .where(Case.state.in_(BEING_WORKED), or_(Case.id.in_(gone), Case.id.in_(spoken)))
        .options(
            selectinload(Case.findings).joinedload(CaseFinding.finding),
            selectinload(Case.moves),
            selectinload(Case.owner),
        )
        .order_by(Case.id)
    )
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def _say(case: Case, action: str, findings: list[Finding], *, actor: Actor) -> None:
    refs = [finding.ref for finding in findings]
    params: dict[str, object] = {"rules": sorted({finding.rule for finding in findings}), "findings": refs}
    if action == WITHDRAWN and all_withdrawn(case):
        params["none_left"] = True
    tell(case, action, actor=actor, params=params)
    kind = "case_findings_withdrawn" if action == WITHDRAWN else "case_findings_restored"
    times = sum(1 for move in case.moves if move.action == action)
    announce(
        kind,
        to=[case.owner],
        subject=case,
        params={"case": case.number},
        dedup=f"case:{case.id}:{action}:{times}",
    )
