"""The access review: what should be looked at again, line by line, confirmed or ended with a reason."""

from flask import Response, request, url_for

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Invalid
from casework.operations.decide_access import confirm_access, end_access
from casework.overview.access_review import FINDINGS, TOKEN_UNUSED, review
from casework.web.admin_people import administrator, visible
from casework.web.pages import Trouble, page, submitted
from casework.web.wording import said
from workflows.access import Actor

DECISIONS = {"confirm": confirm_access, "end": end_access}
KEPT = N_("已确认保留，90天后再复核。")
TOKEN_ENDED = N_("令牌已吊销，并已写入日志。")
ACCOUNT_ENDED = N_("账号已停用，名下未办结的事项已退回待派发，并已写入日志。")


@signed_in
def access_review() -> Response:
    """Show a page of lines; on a POST, decide one."""
    actor = administrator()
    if request.method == "GET":
        return _page(actor, None)
    verb = request.form.get("decision", "")
    return submitted(
        lambda: _decide(verb, actor),
        done=said(_done(verb)),
        to=url_for("web.admin_review", finding=request.form.get("filter") or None),
        again=lambda trouble: _page(actor, trouble),
    )


def _done(verb: str) -> str:
    if verb == "confirm":
        return KEPT
    return TOKEN_ENDED if request.form.get("finding") == TOKEN_UNUSED else ACCOUNT_ENDED


def _decide(verb: str, actor: Actor) -> None:
    if verb not in DECISIONS:
        raise Invalid(N_("请选择保留或终止，没有保存。"))
    given = {name: request.form.get(name, "") for name in ("finding", "about", "reason")}
    DECISIONS[verb](visible(request.form.get("person", ""), actor), **given, actor=actor)


def _page(actor: Actor, trouble: Trouble | None) -> Response:
    finding, after = (request.values.get(name, "").strip() for name in ("filter" if trouble else "finding", "after"))
    lines, following = review(actor, finding=finding, after="" if trouble else after)
    return page(
        "admin/review.html",
        status=trouble.status if trouble else 200,
        lines=lines,
        next=following,
        after=after,
        finding=finding,
        findings=[(code, said(label)) for code, label in FINDINGS.items()],
        labels={code: said(label) for code, label in FINDINGS.items()},
        oneself=current_actor().id,
        trouble=trouble,
        given=request.form,
    )
