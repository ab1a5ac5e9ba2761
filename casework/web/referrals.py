"""请求上级办理: cases that bodies below ask one's own body to handle; taken over, or given back with a reason."""

from flask import Response, request, url_for
from flask_babel import gettext

from casework.cases.above import Referral
from casework.cases.above_queries import ACTION, count_waiting, get_referral, waiting
from casework.cases.queries import get_case
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.operations.refer_above import give_back
from casework.web import shell
from casework.web.pages import PAGE_SIZE, Trouble, page, submitted
from workflows.access import Actor


@signed_in
def listed() -> Response:
    """Show the requests that wait for an answer, the oldest first."""
    actor = current_actor()
    if not shell.may(actor, ACTION):
        raise Forbidden(N_("只有省级和国家级主管部门受理下级请上级办理的案件。"))
    return _page(actor, None)


@signed_in
def back(ref: str) -> Response:
    """Give one back with a reason."""
    actor = current_actor()
    get_referral(ref, actor)
    return submitted(
        lambda: _give_back(ref, actor),
        done=gettext("已退回，提出单位会收到通知和理由。"),
        to=url_for("web.referrals"),
        again=lambda trouble: _page(actor, trouble, ref),
    )


def _give_back(ref: str, actor: Actor) -> Referral:
    get_case(get_referral(ref, actor).case.number, actor, lock=True)  # cases are locked before what hangs on them
    return give_back(get_referral(ref, actor, lock=True), reason=request.form.get("reason", ""), actor=actor)


def _page(actor: Actor, trouble: Trouble | None, about: str = "") -> Response:
    after = whole_number(request.args.get("after", ""))
    wanted = waiting(actor).order_by(Referral.id).limit(PAGE_SIZE + 1)
    if after is not None:
        wanted = wanted.where(Referral.id > after)
    found = db.session.scalars(wanted).all()
    shown = found[:PAGE_SIZE]
    return page(
        "below/referrals.html",
        status=trouble.status if trouble else 200,
        referrals=shown,
        total=count_waiting(actor),
        next=shown[-1].id if len(found) > PAGE_SIZE else 0,
        trouble=trouble,
        about=about,
        given=request.form if trouble else {},
    )
