"""Which samples a person may see: those of organisations whose every case they may read."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import joinedload

from casework.cases.models import Case
from casework.cases.samples import Sample, SampleMember
from casework.db import db
from casework.errors import N_, NotFound
from casework.people.models import Organisation
from workflows.access import SYSTEM, Actor, Reach, Scope, scope_of
from workflows.case import CONCLUDED


def visible_samples(actor: Actor) -> Select[Sample]:
    """Return a SELECT of the samples in this person's scope, the newest first.

    A result speaks of the whole organisation: who sees one college, or some kinds of cases, sees no sample.
    """
    wanted = select(Sample).options(
        joinedload(Sample.organisation), joinedload(Sample.round), joinedload(Sample.drawn_by)
    )
    if actor is not SYSTEM:
        scopes = [scope for scope in scope_of(actor, "case:read") if _whole(scope)]
        wanted = wanted.where(or_(*(_condition(scope) for scope in scopes)) if scopes else false())
    return wanted.order_by(Sample.id.desc())


def get_sample(ref: str, actor: Actor) -> Sample:
    """Return one sample; `NotFound` when it is none of this person's."""
    found = db.session.scalars(visible_samples(actor).where(Sample.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这个样本，或不在您的权限范围内。"))
    return found


def may_see_samples(actor: Actor) -> bool:
    """Say whether this person sees samples anywhere."""
    return actor is SYSTEM or any(_whole(scope) for scope in scope_of(actor, "case:read"))


def progress_of(sample_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return of each sample how many records were drawn and of how many the case is concluded."""
    concluded = func.count(Case.id).filter(Case.state.in_(CONCLUDED))
    rows = db.session.execute(
        select(SampleMember.sample_id, func.count(), concluded)
        .join(Case, Case.id == SampleMember.case_id)
        .where(SampleMember.sample_id.in_(list(sample_ids)))
        .group_by(SampleMember.sample_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def samples_of(organisation_id: int, round_id: int, *, purpose: str) -> Sequence[Sample]:
    """Return the samples of an organisation in a round, in the order in which they were drawn."""
    wanted = select(Sample).filter_by(organisation_id=organisation_id, round_id=round_id, purpose=purpose)
    return db.session.scalars(wanted.order_by(Sample.id)).all()


def screening_cases(organisation_id: int, round_id: int) -> int:
    """Count the cases that the rules have opened here: the watch sample is a share of them."""
    wanted = select(func.count()).select_from(Case).filter_by(organisation_id=organisation_id, round_id=round_id)
    return db.session.scalar(wanted.where(Case.origin.in_(("screening", "confirmation")))) or 0


def _whole(scope: Scope) -> bool:
    return scope.college_id is None and scope.kinds is None and scope.states is None


def _condition(scope: Scope) -> ColumnElement[bool]:
    if scope.reach is Reach.OWN:
        return Sample.organisation_id == scope.organisation_id
    seat = db.session.get_one(Organisation, scope.organisation_id)
    below = select(Organisation.id).where(Organisation.path.startswith(seat.path, autoescape=True))
    return Sample.organisation_id.in_(below)
