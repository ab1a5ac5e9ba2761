"""Questions about drifts; each is seen by whoever sees the case that was sealed."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from casework.cases.drifts import JUSTIFIED, OPEN, REOPENED, Drift, JustifiedChange, RecordSeal
from casework.cases.models import Case
from casework.cases.queries import COUNTED_AT_MOST, in_scope
from casework.db import db
from casework.errors import N_, NotFound
from casework.intake.models import Record
from workflows.access import Actor, scope_of
from workflows.case import BEING_WORKED

READ = "case:read"
AHEAD_AT_MOST = 50
_PERSONS = (joinedload(JustifiedChange.asked_by), joinedload(JustifiedChange.decided_by))
WORDS = {
    OPEN: N_("待核实（另立案件）"),
    REOPENED: N_("已重新核查"),
    JUSTIFIED: N_("已说明并认可"),
}
CONDITIONS: dict[str, ColumnElement[bool]] = {
    OPEN: and_(Drift.justified_at.is_(None), Drift.asks_id != Drift.case_id),
    REOPENED: and_(Drift.justified_at.is_(None), Drift.asks_id == Drift.case_id),
    JUSTIFIED: Drift.justified_at.is_not(None),
}


def visible_drifts(actor: Actor, *, round_id: int | None = None) -> Select[Drift]:
    """Return a SELECT of the drifts of this person's cases."""
    wanted = select(Drift).join(Case, Case.id == Drift.case_id).where(in_scope(actor, READ))
    return wanted if round_id is None else wanted.where(Drift.round_id == round_id)


def with_all(wanted: Select[Drift]) -> Select[Drift]:
    """Return the same with everything that a line of a list shows, in the same statement."""
    return wanted.options(joinedload(Drift.case).joinedload(Case.organisation), joinedload(Drift.asks))


def get_drift(ref: str, actor: Actor, *, lock: bool = False) -> Drift:
    """Return one drift, locked when asked with its cases before it; `NotFound` when it is none of this person's."""
    wanted = visible_drifts(actor).where(Drift.ref == ref)
    found = db.session.scalars(wanted).one_or_none()
    if found is not None and lock:
        _hold({found.case_id, found.asks_id})
        locked = wanted.with_for_update(of=Drift).execution_options(populate_existing=True)
        found = db.session.scalars(locked).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这项变动，或不在您的权限范围内。"))
    return found


def _hold(case_ids: Iterable[int]) -> None:
    """Lock cases before what hangs on them, by id, as everybody locks: nobody reopens one meanwhile."""
    wanted = select(Case).where(Case.id.in_(sorted(case_ids))).order_by(Case.id).with_for_update(of=Case)
    db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def unanswered(actor: Actor) -> int:
    """Count the drifts of this person's cases that still wait: not justified, and their case is being worked."""
    if not scope_of(actor, READ):
        return 0
    asking = aliased(Case)
    wanted = visible_drifts(actor).join(asking, asking.id == Drift.asks_id)
    wanted = wanted.where(Drift.justified_at.is_(None), asking.state.in_(BEING_WORKED))
    limited = wanted.with_only_columns(Drift.id).limit(COUNTED_AT_MOST)
    return db.session.scalar(select(func.count()).select_from(limited.subquery())) or 0


def reasons_for(drift: Drift) -> list[JustifiedChange]:
    """Return what was said for a drift, the newest first."""
    wanted = select(JustifiedChange).filter_by(drift_id=drift.id).order_by(JustifiedChange.id.desc())
    return list(db.session.scalars(wanted.options(*_PERSONS)))


def get_change(ref: str, actor: Actor, *, lock: bool = False) -> JustifiedChange:
    """Return one justified change of this person's cases; `NotFound` for any other.

    Locked, it is so with every case whose seal it may move or whose question it may answer.
    """
    wanted = select(JustifiedChange).join(Case, Case.id == JustifiedChange.case_id)
    wanted = wanted.where(JustifiedChange.ref == ref, in_scope(actor, READ))
    found = db.session.scalars(wanted).one_or_none()
    if found is not None and lock:
        sealed = select(RecordSeal.case_id).filter_by(record_id=found.record_id, lifted_at=None)
        asking = select(Drift.asks_id).filter_by(record_id=found.record_id, justified_at=None)
        _hold({found.case_id, *db.session.scalars(sealed), *db.session.scalars(asking)})
        locked = wanted.with_for_update(of=JustifiedChange).execution_options(populate_existing=True)
        found = db.session.scalars(locked).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这项变动说明，或不在您的权限范围内。"))
    return found


def changes_ahead(case: Case) -> list[JustifiedChange]:
    """Return the reasons that were given for changes of a case before they came, the newest first."""
    wanted = select(JustifiedChange).filter_by(case_id=case.id, drift_id=None).order_by(JustifiedChange.id.desc())
    return list(db.session.scalars(wanted.options(*_PERSONS)))


def seals_of(case: Case) -> list[RecordSeal]:
    """Return what stands sealed of a case, by the registration."""
    wanted = select(RecordSeal).join(RecordSeal.record).where(RecordSeal.case_id == case.id)
    wanted = wanted.where(RecordSeal.lifted_at.is_(None)).order_by(Record.student_no)
    return list(db.session.scalars(wanted.options(contains_eager(RecordSeal.record))))


def undecided_ahead(actor: Actor, *, round_id: int) -> list[JustifiedChange]:
    """Return the reasons given ahead that wait in this person's cases of a round, the oldest first."""
    wanted = (
        select(JustifiedChange)
        .join(Case, Case.id == JustifiedChange.case_id)
        .where(in_scope(actor, READ), Case.round_id == round_id)
        .where(JustifiedChange.drift_id.is_(None), JustifiedChange.decided_at.is_(None))
        .order_by(JustifiedChange.id)
        .limit(AHEAD_AT_MOST)
    )
    return list(db.session.scalars(wanted.options(contains_eager(JustifiedChange.case), *_PERSONS)))
