"""After an import: find the corrections that the registered record shows by now."""

from collections.abc import Iterable

from sqlalchemy import select

from casework import journal
from casework.cases.models import Case, Correction, Move
from casework.cases.registered import registered_value
from casework.db import db
from workflows.access import Actor

SLICE = 500


def recheck_corrections(record_ids: Iterable[int], *, actor: Actor) -> int:
    """Mark every waiting correction whose new value the record now shows; returns how many."""
    wanted = sorted(set(record_ids))
    seen = 0
    for start in range(0, len(wanted), SLICE):
        waiting = db.session.scalars(
            select(Correction).where(
                Correction.record_id.in_(wanted[start : start + SLICE]),
                Correction.seen_revision_id.is_(None),
                Correction.withdrawn_at.is_(None),
            )
        )
        for correction in waiting:
            seen += _look(correction, actor=actor)
    return seen


def _look(correction: Correction, *, actor: Actor) -> bool:
    if registered_value(correction.record, correction.field) != correction.new:
        return False
    correction.seen_revision_id = correction.record.revision_id
    case: Case = correction.case
    case.moves.append(Move(action="correction_seen", params={"field": correction.field}))
    journal.record(
        organisation_id=case.organisation_id,
        action="case:correction_seen",
        actor=str(actor.id),
        subject=case.number,
        facts={"correction": correction.ref, "field": correction.field},
    )
    return True
