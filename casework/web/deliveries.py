"""What has not got across, for the administrator: a list to go through, a search, and each message's story."""

from collections.abc import Callable
from datetime import date, datetime, time

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework import clock
from casework.asking import reach_further
from casework.doors.arriving import is_of_our_time
from casework.doors.pages_of import page_of
from casework.doors.refused import remember_each
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, CaseworkError, Forbidden, Invalid, NotFound
from casework.notices.models import Message
from casework.notices.story_words import STATES
from casework.operations.drop_message import drop_message
from casework.operations.look_at_message import look_at_message
from casework.operations.replay import REPLAYED, replay
from casework.operations.resend import InTurn, each_in_turn, resend
from casework.operations.trust_address import trust_address
from casework.overview import deliveries
from casework.overview.channels import LABELS
from casework.web import shell
from casework.web.pages import PAGE_SIZE, Trouble, attempt, page, settings, submitted
from casework.web.wording import said
from notifications.kinds import KINDS
from workflows.access import Actor

AT_MOST = 200
NAMES = {code: kind.label for code, kind in KINDS.items()}
HANDLED = {"retried": N_("已重发"), "replayed": N_("已重放"), "dropped": N_("不再发送")}
DEEDS = {
    "delivery:resend": N_("重发为新消息"),
    "delivery:replay": N_("重放为新消息"),
    "delivery:drop": N_("不再发送"),
    "delivery:look": N_("查看正文"),
}
DONE = {
    "resend": N_("已重发为一条新消息，本条记为已处理。"),
    "drop": N_("已记为不再发送。"),
    "replay": N_("已重放为一条新消息。"),
    "trust": N_("地址已恢复为可用，没有送达的消息现在可以重发。"),
}


@signed_in
def stuck() -> Response:
    """Show what no attempt will mend, newest first."""
    return _list(None)


@signed_in
def act_on_ticked() -> Answer:
    """Repeat or drop all that were ticked; each that may not be keeps its place and says why."""
    actor, verb = _administrator("deliveries:act"), request.form.get("verb", "")
    if verb not in {"resend", "drop"}:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    outcome = attempt(lambda: _in_turn(verb, actor))
    if isinstance(outcome, Trouble):
        return _list(outcome)
    if outcome.done:
        words = gettext("已重发%(n)s条。") if verb == "resend" else gettext("%(n)s条记为不再发送。")
        flash(words % {"n": outcome.done})
    if outcome.refused:
        remember_each(outcome.refused)
        return _list(_left(outcome))
    return redirect(url_for("web.deliveries"), 303)


@signed_in
def search() -> Response:
    """Answer “was X told about case N?”."""
    actor = _administrator()
    given = {name: request.args.get(name, "").strip() for name in ("case", "login", "channel", "state", "since")}
    asked = any(given.values())
    found = page_of(
        deliveries.searched(
            actor,
            case=given["case"],
            login=given["login"],
            channel=given["channel"],
            state=given["state"],
            since=_since(given["since"]),
        ),
        known=deliveries.visible(actor),
        name=Message.ref,
        after=request.args.get("after") or None,
        limit=PAGE_SIZE,
        newest_first=True,
    )
    return page(
        "deliveries/search.html",
        lines=deliveries.lines(found.items),
        next=found.next,
        given=given,
        asked=asked,
        channels=LABELS,
        states=STATES,
        names=NAMES,
    )


@signed_in
def one(ref: str) -> Response:
    """Show one message's story."""
    return _page(ref, _administrator(), None)


@signed_in
def act(ref: str, verb: str) -> Answer:
    """Do one thing about one message, or read its words, which leaves a trace."""
    actor = _administrator("deliveries:look" if verb == "text" else "deliveries:act")
    if verb == "text":
        base = settings().base_url
        text = attempt(lambda: look_at_message(deliveries.get_delivery(ref, actor), base_url=base, actor=actor))
        return _page(ref, actor, text if isinstance(text, Trouble) else None, text=text)
    if verb not in VERBS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    return submitted(
        lambda: VERBS[verb](deliveries.get_delivery(ref, actor), actor),
        done=said(DONE[verb]),
        to=url_for("web.delivery", ref=ref),
        again=lambda trouble: _page(ref, actor, trouble, about=verb),
    )


VERBS: dict[str, Callable[[Message, Actor], object]] = {
    "resend": lambda message, actor: resend(message, actor=actor),
    "drop": lambda message, actor: drop_message(message, reason=request.form.get("reason", ""), actor=actor),
    "replay": lambda message, actor: replay(message, actor=actor),
    "trust": lambda message, actor: trust_address(message, actor=actor),
}


def _in_turn(verb: str, actor: Actor) -> InTurn:
    refs = request.form.getlist("ref")
    if not refs:
        raise Invalid(N_("没有选择消息，没有办理。请先勾选。"))
    if len(refs) > AT_MOST:
        raise Invalid(N_("一次最多办理%(n)s条，没有办理。请分批选择。"), params={"n": AT_MOST})
    if verb == "drop" and not request.form.get("reason", "").strip():
        raise Invalid(N_("没有写理由，没有办理。"), fields={"reason": N_("请写明为什么不再发送。")})
    return each_in_turn(deliveries.get_deliveries(refs, actor), lambda message: VERBS[verb](message, actor))


def _left(outcome: InTurn) -> Trouble:
    """Return the sentence about those that stayed, with each reason once."""
    reasons = dict.fromkeys(_said(reason) for _, reason in outcome.refused)
    words = gettext("%(n)s条没有办理，原因如下。", n=len(outcome.refused))
    return Trouble(409, words, reasons=tuple(reasons))


def _said(reason: CaseworkError) -> str:
    return said(reason.message, reason.params)


def _list(trouble: Trouble | None) -> Response:
    actor = _administrator()
    waiting = deliveries.stuck(actor)
    after = request.args.get("after") or None
    known = deliveries.visible(actor)
    found = page_of(waiting, known=known, name=Message.ref, after=after, limit=PAGE_SIZE, newest_first=True)
    return page(
        "deliveries/stuck.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        lines=deliveries.lines(found.items),
        number=deliveries.count_stuck(actor),
        next=found.next,
        after=after,
        given=request.form,
        names=NAMES,
        channels=LABELS,
        states=STATES,
    )


def _page(ref: str, actor: Actor, trouble: Trouble | None, *, about: str = "", text: object = None) -> Response:
    message = deliveries.get_delivery(ref, actor)
    return page(
        "deliveries/one.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        about=about,
        text=text if trouble is None else None,
        story=deliveries.story(message),
        message=message,
        may_replay=message.channel == "webhook" and message.state in REPLAYED,
        given=request.form,
        names=NAMES,
        channels=LABELS,
        states=STATES,
        handled=HANDLED,
        deeds=DEEDS,
    )


def _administrator(action: str = "deliveries:look") -> Actor:
    actor = current_actor()
    if not shell.may(actor, action):
        raise Forbidden(N_("只有系统管理员可以查看和处理消息的送达情况。"))
    reach_further("cases", "records", why="which matter a message is about, and which graduate it went to, masked")
    return actor


def _since(day: str) -> datetime | None:
    """Return the beginning of the day that an address names; none for what is no day of our time."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return None
    return datetime.combine(on, time(), clock.BEIJING) if is_of_our_time(on) else None
