"""抽查: draw concluded cases of the bodies below, look into them, and say what was found."""

from flask import Response, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework.cases.models import Case
from casework.cases.oversight import SpotCheck, SpotChecked
from casework.cases.queries import get_case
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Conflict, Forbidden, NotFound
from casework.operations.decide_spot_check import decide_spot_check
from casework.operations.draw_spot_check import draw_spot_check
from casework.people.models import Organisation
from casework.web import shell
from casework.web.pages import PAGE_SIZE, Trouble, page, submitted
from workflows.access import Actor, scope_of


@signed_in
def spot_checks() -> Response:
    """Show the draws of one's own body, newest first; draw anew."""
    actor = current_actor()
    seat = _seat(actor)
    if request.method == "GET":
        return _listed(seat, None)
    return submitted(
        lambda: _draw(seat, actor),
        done=gettext("已抽取，种子和名单已写入日志。"),
        to=url_for("web.spot_checks"),
        again=lambda trouble: _listed(seat, trouble),
    )


@signed_in
def decide(ref: str, number: str) -> Response:
    """Say what the spot check of one drawn case found."""
    actor = current_actor()
    seat = _seat(actor)
    return submitted(
        lambda: _decide(ref, number, seat, actor),
        done=gettext("抽查结果已登记。"),
        to=url_for("web.spot_checks"),
        again=lambda trouble: _listed(seat, trouble, number),
    )


def _decide(ref: str, number: str, seat: Organisation, actor: Actor) -> SpotChecked:
    case = get_case(number, actor, lock=True)  # first: what was said meanwhile must be seen
    return decide_spot_check(
        _member(ref, number, seat),
        case,
        outcome=request.form.get("outcome", ""),
        reason=request.form.get("reason", ""),
        actor=actor,
    )


def _seat(actor: Actor) -> Organisation:
    scopes = scope_of(actor, "case:spot_check")
    if not scopes:
        raise Forbidden(N_("只有省级和国家级就业部门负责人抽查下级案件。"))
    return db.session.get_one(Organisation, scopes[0].organisation_id)


def _draw(seat: Organisation, actor: Actor) -> SpotCheck:
    round_ = shell.current_round()
    if round_ is None:
        raise Conflict(N_("还没有开启任何轮次。请系统管理员先开启轮次。"))
    size = whole_number(request.form.get("size", "")) or 0
    seed = request.form.get("seed", "").strip() or None
    return draw_spot_check(organisation=seat, round_=round_, size=size, seed=seed, actor=actor)


def _member(ref: str, number: str, seat: Organisation) -> SpotChecked:
    wanted = select(SpotChecked).join(SpotChecked.spot_check).join(SpotChecked.case)
    here = wanted.where(SpotCheck.ref == ref, SpotCheck.organisation_id == seat.id, Case.number == number)
    found = db.session.scalars(here.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这次抽查，或不在您的权限范围内。"))
    return found


def _listed(seat: Organisation, trouble: Trouble | None, about: str = "") -> Response:
    round_ = shell.current_round()
    before = whole_number(request.args.get("before", ""))
    wanted = (
        select(SpotChecked)
        .join(SpotChecked.spot_check)
        .where(SpotCheck.organisation_id == seat.id, SpotCheck.round_id == (round_.id if round_ else 0))
        .options(
            joinedload(SpotChecked.spot_check).joinedload(SpotCheck.drawn_by),
            joinedload(SpotChecked.case),
            joinedload(SpotChecked.decided_by),
        )
        .order_by(SpotChecked.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if before is not None:
        wanted = wanted.where(SpotChecked.id < before)
    found = db.session.scalars(wanted).all()
    shown = found[:PAGE_SIZE]
    return page(
        "spot_checks/page.html",
        status=trouble.status if trouble else 200,
        members=shown,
        waiting=sum(not each.outcome for each in shown),
        next=shown[-1].id if len(found) > PAGE_SIZE else 0,
        trouble=trouble,
        about=about,
        given=request.form,
    )
