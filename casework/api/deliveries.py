"""What was said to whom, what has not got across, and sending it again, dropping it, or replaying a webhook."""

from flask import current_app

from casework.api.resource import Resource
from casework.api.schemas.deliveries import (
    DeliveryPage,
    DeliveryQuery,
    DropIn,
    DropManyIn,
    InTurnOut,
    RefsIn,
    ReplayIn,
    StoryOut,
    TextOut,
)
from casework.api.schemas.fields import Query
from casework.asking import reach_further
from casework.doors.languages import gettext
from casework.doors.pages_of import page_of
from casework.doors.problems import translated
from casework.doors.sessions import current_actor
from casework.errors import N_, Forbidden, NotFound
from casework.notices.models import Message
from casework.notices.story_words import Said
from casework.operations.drop_message import drop_message
from casework.operations.look_at_message import look_at_message
from casework.operations.permit_message import ACT, LOOK
from casework.operations.replay import replay, replay_between
from casework.operations.resend import InTurn, each_in_turn, resend
from casework.operations.trust_address import trust_address
from casework.overview import deliveries as told
from casework.people.queries import find_person
from workflows.access import Actor, scope_of

deliveries = Resource("deliveries", "What was said to whom, and what has not got across")


@deliveries.operation("GET", "/deliveries", query=DeliveryQuery, out=DeliveryPage)
def list_sent_messages(query: dict) -> object:
    """List messages, newest first; `stuck` alone gives what waits for a person."""
    actor = _administrator(LOOK)
    asked = {name: query[name] for name in ("case", "channel", "state", "since")}
    wanted = told.searched(actor, login=query["person"], **asked)
    if query["stuck"]:
        wanted = wanted.where(Message.state.in_(told.STUCK), Message.handled_at.is_(None))
    found = page_of(
        wanted,
        known=told.visible(actor),
        name=Message.ref,
        after=query["after"],
        limit=query["limit"],
        newest_first=True,
    )
    return {"items": [_line(line) for line in told.lines(found.items)], "next": found.next}


@deliveries.operation("GET", "/deliveries/<name:ref>", query=Query, out=StoryOut)
def read_sent_message(_query: dict, ref: str) -> object:
    """Read one message's whole way."""
    return shown(told.get_delivery(ref, _administrator(LOOK)))


@deliveries.operation("POST", "/deliveries/<name:ref>/text", out=TextOut)
def read_sent_text(ref: str) -> object:
    """Read the words that the reader saw; the look is journalled."""
    actor, base = _administrator(LOOK), current_app.extensions["casework"].base_url
    return look_at_message(told.get_delivery(ref, actor), base_url=base, actor=actor)


@deliveries.operation("POST", "/deliveries/<name:ref>/resend", out=StoryOut, status=201)
def resend_message(ref: str) -> object:
    """Repeat a stuck message as a new one; refused when the gate would stop it."""
    actor = _administrator(ACT)
    return shown(resend(told.get_delivery(ref, actor), actor=actor))


@deliveries.operation("POST", "/deliveries/<name:ref>/drop", body=DropIn, out=StoryOut)
def drop_sent_message(body: dict, ref: str) -> object:
    """Let a stuck message be, with a reason."""
    actor = _administrator(ACT)
    message = told.get_delivery(ref, actor)
    drop_message(message, reason=body["reason"], actor=actor)
    return shown(message)


@deliveries.operation("POST", "/deliveries/<name:ref>/replay", out=StoryOut, status=201)
def replay_message(ref: str) -> object:
    """Send a webhook's message again, as a new one."""
    actor = _administrator(ACT)
    return shown(replay(told.get_delivery(ref, actor), actor=actor))


@deliveries.operation("POST", "/deliveries/<name:ref>/trust", out=StoryOut)
def trust_address_of(ref: str) -> object:
    """Say that the address of this message's reader works again."""
    actor = _administrator(ACT)
    message = told.get_delivery(ref, actor)
    trust_address(message, actor=actor)
    return shown(message)


@deliveries.operation("POST", "/deliveries/resend", body=RefsIn, out=InTurnOut)
def resend_messages(body: dict) -> object:
    """Repeat several stuck messages; each that may not be says why and stays."""
    actor = _administrator(ACT)
    return _in_turn(each_in_turn(told.get_deliveries(body["refs"], actor), lambda each: resend(each, actor=actor)))


@deliveries.operation("POST", "/deliveries/drop", body=DropManyIn, out=InTurnOut)
def drop_sent_messages(body: dict) -> object:
    """Let several stuck messages be, with one reason."""
    actor, reason = _administrator(ACT), body["reason"]
    chosen = told.get_deliveries(body["refs"], actor)
    return _in_turn(each_in_turn(chosen, lambda each: drop_message(each, reason=reason, actor=actor)))


@deliveries.operation("POST", "/deliveries/replay", body=ReplayIn, out=InTurnOut)
def replay_messages(body: dict) -> object:
    """Send a webhook everything of a span of time again, as new messages."""
    actor, subscriber = _administrator(ACT), find_person(body["person"])
    if subscriber is None:
        raise NotFound(N_("没有这个订阅方，或它的账号不存在。"))
    return _in_turn(replay_between(subscriber, since=body["since"], until=body["until"], actor=actor))


def _administrator(action: str) -> Actor:
    actor = current_actor()
    if not scope_of(actor, action):
        raise Forbidden(N_("只有系统管理员可以查看和处理消息的送达情况。"))
    reach_further("cases", "records", why="which matter a message is about, and which graduate it went to, masked")
    return actor


def _line(line: told.Line) -> dict[str, object]:
    message = line.message
    names = ("ref", "kind", "channel", "state", "attempts", "created_at", "handled_at")
    return {name: getattr(message, name) for name in names} | {
        "subject": line.number,
        "login": line.login,
        "role": line.role,
        "address": line.address,
        "why": _words(line.last),
        "at": line.last_at,
        "handled": message.handled_how,
    }


def shown(message: Message) -> dict[str, object]:
    """Return one message's whole way as programs see it."""
    story = told.story(message)
    steps = [{"at": step.at, "state": step.to_state, "why": _words(step.note)} for step in story.steps]
    receipts = [receipt.body["status"] for receipt in story.receipts]
    return _line(story.line) | {"steps": steps, "receipts": receipts, "chain": [each.ref for each in story.chain]}


def _words(note: Said) -> str:
    """Return a note as one line: our sentence, then the provider's own words without addresses."""
    sentences = [gettext(sentence) for sentence in (note.sentence, note.then) if sentence]
    return " ".join([*sentences, note.detail]).strip()


def _in_turn(outcome: InTurn) -> dict[str, object]:
    refused = [
        {"ref": ref, "code": reason.code, "detail": translated(reason.message, reason.params)}
        for ref, reason in outcome.refused
    ]
    return {"done": outcome.done, "refused": refused}
