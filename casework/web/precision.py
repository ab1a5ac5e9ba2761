"""The page of precision per rule: what was checked and confirmed, so that bad rules are retired."""

from collections.abc import Sequence

from flask import Response, request, url_for
from flask_babel import gettext
from sqlalchemy import or_, select

from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, NotFound
from casework.operations.permit import permit_named
from casework.operations.refit_weights import ACTION, refit_weights
from casework.overview.precision import FEW, RETIRE_ORIGIN, precision
from casework.people.models import Organisation
from casework.people.queries import get_organisation
from casework.rounds.models import Round
from casework.screening.score import ENOUGH_ORIGIN, PRIOR, PRIOR_ORIGIN
from casework.web import shell
from casework.web.pages import Trouble, page, submitted
from workflows.access import Actor, scope_of

READ = "screening:run"
HANDLING = ("ministry", "province", "university")


@signed_in
def shown() -> Response:
    """Show how often each rule was right here."""
    return _page(None)


@signed_in
def refit() -> Response:
    """Weigh the rules anew by their outcomes."""
    if not scope_of(current_actor(), ACTION):
        raise Forbidden(N_("重算证据权重由就业部门负责人办理，您的角色不能重算。"))
    organisation, round_ = _place()
    return submitted(
        lambda: refit_weights(organisation=organisation, round_=round_, actor=current_actor()),
        done=gettext("已重算证据权重，在办案件的可疑程度已按新权重更新。"),
        to=url_for("web.precision", organisation=organisation.code),
        again=_page,
    )


def _page(trouble: Trouble | None) -> Response:
    organisation, round_ = _place()
    places = _places(current_actor())
    found = precision(organisation.id, round_.id)
    return page(
        "screening/precision.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        organisation=organisation,
        places=places,
        place_options=[(each.code, each.name) for each in places],
        round=round_,
        found=found,
        judged=any(line.advice != FEW for line in found.lines),
        prior=PRIOR,
        origins=(PRIOR_ORIGIN, ENOUGH_ORIGIN, RETIRE_ORIGIN),
        may_refit=bool(scope_of(current_actor(), ACTION)),
    )


def _place() -> tuple[Organisation, Round]:
    """Return the organisation that the address names, else this person's own, and the round that is looked at."""
    actor, round_ = current_actor(), shell.current_round()
    if not scope_of(actor, READ):
        raise Forbidden(N_("您的角色不能查看筛查规则的属实情况。"))
    if round_ is None:
        raise NotFound(N_("还没有开启任何轮次。"))
    code = request.values.get("organisation", "")
    places = _places(actor)
    organisation = get_organisation(code) if code else (places[0] if places else None)
    if organisation is None:
        raise NotFound(N_("没有找到机构，或不在您的权限范围内。"))
    permit_named(actor, READ, organisation=organisation)
    return organisation, round_


def _places(actor: Actor) -> Sequence[Organisation]:
    """Return this person's own organisations and those directly below, whose rules they may read."""
    seats = [scope.organisation_id for scope in scope_of(actor, READ)]
    wanted = (
        select(Organisation)
        .where(or_(Organisation.id.in_(seats), Organisation.parent_id.in_(seats)), Organisation.kind.in_(HANDLING))
        .order_by(Organisation.path)
    )
    return db.session.scalars(wanted).all()
