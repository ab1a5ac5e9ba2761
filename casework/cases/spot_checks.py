"""Questions about spot checks: the draws of one's own body, and the cases in them."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from casework.cases.models import Case
from casework.cases.oversight import SpotCheck, SpotChecked
from casework.db import db
from casework.errors import N_, Forbidden, NotFound
from casework.people.models import Organisation
from workflows.access import Actor, scope_of

CHECK = "case:spot_check"


def seats_of(actor: Actor) -> Sequence[Organisation]:
    """Return the bodies for which this person draws; raises `Forbidden` for whoever draws for none."""
    ids = {scope.organisation_id for scope in scope_of(actor, CHECK)}
    if not ids:
        raise Forbidden(N_("只有省级和国家级就业部门负责人抽查下级案件。"))
    return db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)).all()


def draws_of(actor: Actor, *, round_id: int) -> Select[SpotCheck]:
    """Return a SELECT of the draws of this person's bodies in a round, with the cases in them."""
    whole = selectinload(SpotCheck.members).joinedload(SpotChecked.case)
    ids = [each.id for each in seats_of(actor)]
    return select(SpotCheck).where(SpotCheck.organisation_id.in_(ids), SpotCheck.round_id == round_id).options(whole)


def drawn_cases(actor: Actor, *, round_id: int) -> Select[SpotChecked]:
    """Return a SELECT of the cases drawn for this person's bodies in a round, with their draws."""
    return (
        select(SpotChecked)
        .join(SpotChecked.spot_check)
        .where(SpotCheck.organisation_id.in_([each.id for each in seats_of(actor)]), SpotCheck.round_id == round_id)
        .options(
            joinedload(SpotChecked.spot_check).joinedload(SpotCheck.drawn_by),
            joinedload(SpotChecked.case),
            joinedload(SpotChecked.decided_by),
        )
    )


def get_drawn(ref: str, number: str, actor: Actor) -> SpotChecked:
    """Return one case of one draw as it stands now; `NotFound` when it is none of this person's bodies'."""
    wanted = select(SpotChecked).join(SpotChecked.spot_check).join(SpotChecked.case)
    ids = [each.id for each in seats_of(actor)]
    here = wanted.where(SpotCheck.ref == ref, SpotCheck.organisation_id.in_(ids), Case.number == number)
    found = db.session.scalars(here.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这次抽查，或不在您的权限范围内。"))
    return found
