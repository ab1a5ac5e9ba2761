"""Webhooks for the administrator: who is told, what each delivery was answered, and sending some of it again."""

from datetime import datetime

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework import clock
from casework.doors.arriving import is_of_our_time
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid, NotFound
from casework.notices.models import Message
from casework.notices.story_words import STATES
from casework.operations.replay import MOST, replay_between
from casework.operations.resend import InTurn
from casework.overview import webhooks as subscribed
from casework.overview.webhooks import Subscription
from casework.people.models import Person
from casework.web import shell
from casework.web.deliveries import NAMES
from casework.web.pages import PAGE_SIZE, Trouble, attempt, page, settings
from casework.web.wording import said
from workflows.access import Actor


@signed_in
def webhooks() -> Response:
    """Show the subscribers of this installation."""
    actor = _administrator()
    return page("deliveries/webhooks.html", subscriptions=subscribed.subscriptions(settings().webhook), actor=actor)


@signed_in
def log(name: str) -> Response:
    """Show what one subscriber was sent and answered."""
    return _log(name, _administrator(), None)


@signed_in
def replay(name: str) -> Answer:
    """Send a subscriber everything of a span of time again."""
    actor = _administrator("deliveries:act")
    _, person = _subscriber(name)
    outcome = attempt(
        lambda: replay_between(person, since=_moment("since"), until=_moment("until"), actor=actor),
    )
    if isinstance(outcome, Trouble):
        return _log(name, actor, outcome)
    flash(_told(outcome))
    return redirect(url_for("web.webhook", name=name), 303)


def _told(outcome: InTurn) -> str:
    words = gettext("已重放%(n)s条，新消息的编号与原来不同。", n=outcome.done)
    if not outcome.refused:
        return words
    reasons = dict.fromkeys(said(reason.message, reason.params) for _, reason in outcome.refused)
    return words + gettext("%(n)s条没有重放：", n=len(outcome.refused)) + " ".join(reasons)


def _log(name: str, actor: Actor, trouble: Trouble | None) -> Response:
    subscription, person = _subscriber(name)
    wanted = subscribed.sent_to(person, actor)
    after = request.args.get("after") or None
    found = page_of(wanted, known=wanted, name=Message.ref, after=after, limit=PAGE_SIZE, newest_first=True)
    return page(
        "deliveries/webhook.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        subscription=subscription,
        rows=subscribed.deliveries_of(found.items),
        next=found.next,
        after=after,
        given=request.form,
        most=MOST,
        names=NAMES,
        states=STATES,
    )


def _subscriber(name: str) -> tuple[Subscription, Person]:
    found = next((each for each in subscribed.subscriptions(settings().webhook) if each.name == name), None)
    if found is None or found.person is None:
        raise NotFound(N_("没有这个订阅方，或它的账号不存在。"))
    return found, found.person


def _moment(name: str) -> datetime:
    """Return a moment of the form, read in Beijing time; raise `Invalid` when it is none."""
    try:
        found = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        found = None
    if found is None or not is_of_our_time(found.date()):
        raise Invalid(N_("时间没有填写或格式有误，没有重放。"), fields={name: N_("请填写日期和时间。")})
    return found.replace(tzinfo=clock.BEIJING) if found.tzinfo is None else found


def _administrator(action: str = "deliveries:look") -> Actor:
    actor = current_actor()
    if not shell.may(actor, action):
        raise Forbidden(N_("只有系统管理员可以查看网络回调。"))
    return actor
