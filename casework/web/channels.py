"""The ways out, for the administrator: how each does, and holding, releasing, weighing and trying one."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, request, url_for
from werkzeug.wrappers import Response as Answer

from casework import clock
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, NotFound
from casework.notices.models import Message
from casework.notices.providers import HELD_FOR
from casework.operations.hold_channel import hold_channel, release_channel, send_test, weigh_channel
from casework.operations.permit_service import watches
from casework.overview.channels import WayOut, ways_out
from casework.web import shell
from casework.web.pages import Trouble, page, settings, submitted
from casework.web.wording import said
from workflows.access import Actor

DONE = {
    "hold": N_("通道已停用，消息留在队列中，恢复后继续发出。"),
    "release": N_("通道已恢复，等待的消息正在发出。"),
    "weight": N_("权重已保存，从新的短信起生效。"),
    "test": N_("测试消息已交给通道，结果见下。"),
}


@signed_in
def channels() -> Response:
    """Show every way out."""
    return _page(_administrator(), None, "", "")


@signed_in
def change(code: str, verb: str) -> Answer:
    """Do one thing with one way out."""
    actor = _administrator()
    if verb not in VERBS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    made: list[str] = []

    def do() -> None:
        outcome = VERBS[verb](code, actor)
        made.extend([outcome.ref] if isinstance(outcome, Message) else [])

    def again(trouble: Trouble) -> Response:
        return _page(actor, trouble, code, verb)

    answer = submitted(do, done=said(DONE[verb]), to=url_for("web.channels"), again=again)
    if made:
        answer.headers["Location"] = url_for("web.delivery", ref=made[0])
    return answer


VERBS: dict[str, Callable[[str, Actor], object]] = {
    "hold": lambda code, actor: hold_channel(code, reason=request.form.get("reason", ""), actor=actor),
    "release": lambda code, actor: release_channel(code, actor=actor),
    "weight": lambda code, actor: weigh_channel(
        code, weight=whole_number(request.form.get("weight", "").strip()), actor=actor
    ),
    "test": lambda code, actor: send_test(code, actor=actor),
}


def _page(actor: Actor, trouble: Trouble | None, code: str, about: str) -> Response:
    now = clock.now()
    found = ways_out(settings(), now=now)
    return page(
        "deliveries/channels.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        ways=[way for way in found if way.in_use],
        unused=[way for way in found if not way.in_use],
        held_ways=[way for way in found if way.in_use and is_held(way, now)],
        is_held=lambda way: is_held(way, now),
        until=lambda way: way.held_at + HELD_FOR,
        code=code,
        about=about,
        given=request.form,
        may_change=watches(actor, "deliveries:act"),
    )


def is_held(way: WayOut, now: datetime) -> bool:
    """Say whether nothing leaves by this channel: held by a person, or by a refusal of the last minutes."""
    return way.held_at is not None and (way.held_by is not None or way.held_at > now - HELD_FOR)


def _administrator() -> Actor:
    actor = current_actor()
    if not shell.may(actor, "deliveries:look"):
        raise Forbidden(N_("只有系统管理员可以查看发送通道。"))
    return actor
