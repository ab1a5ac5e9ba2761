"""抽查: draw concluded cases of the bodies below, look into them, and say what was found."""

from flask import Response, request, url_for
from flask_babel import gettext

from casework.cases.oversight import SpotCheck, SpotChecked
from casework.cases.queries import get_case
from casework.cases.spot_checks import drawn_cases, get_drawn, seats_of
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Conflict
from casework.operations.decide_spot_check import decide_spot_check
from casework.operations.draw_spot_check import draw_spot_check
from casework.web import shell
from casework.web.pages import PAGE_SIZE, Trouble, page, submitted
from workflows.access import Actor


@signed_in
def spot_checks() -> Response:
    """Show the draws of one's own body, newest first; draw anew."""
    actor = current_actor()
    if request.method == "GET":
        return _listed(None)
    return submitted(
        lambda: _draw(actor),
        done=gettext("已抽取，种子和名单已写入日志。"),
        to=url_for("web.spot_checks"),
        again=_listed,
    )


@signed_in
def decide(ref: str, number: str) -> Response:
    """Say what the spot check of one drawn case found."""
    actor = current_actor()
    return submitted(
        lambda: _decide(ref, number, actor),
        done=gettext("抽查结果已登记。"),
        to=url_for("web.spot_checks"),
        again=lambda trouble: _listed(trouble, number),
    )


def _decide(ref: str, number: str, actor: Actor) -> SpotChecked:
    seats_of(actor)  # whoever draws for nobody is told so, whatever the number
    case = get_case(number, actor, lock=True)  # first: what was said meanwhile must be seen
    return decide_spot_check(
        get_drawn(ref, number, actor),
        case,
        outcome=request.form.get("outcome", ""),
        reason=request.form.get("reason", ""),
        actor=actor,
    )


def _draw(actor: Actor) -> SpotCheck:
    round_ = shell.current_round()
    if round_ is None:
        raise Conflict(N_("还没有开启任何轮次。请系统管理员先开启轮次。"))
    size = whole_number(request.form.get("size", "")) or 0
    seed = request.form.get("seed", "").strip() or None
    return draw_spot_check(organisation=seats_of(actor)[0], round_=round_, size=size, seed=seed, actor=actor)


def _listed(trouble: Trouble | None, about: str = "") -> Response:
    round_ = shell.current_round()
    before = whole_number(request.args.get("before", ""))
    wanted = drawn_cases(current_actor(), round_id=round_.id if round_ else 0)
    wanted = wanted.order_by(SpotChecked.id.desc()).limit(PAGE_SIZE + 1)
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
