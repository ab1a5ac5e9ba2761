"""Say again what no attempt has got across: a new row with a person's name on it, because terminal stays terminal.

Before anything is written the gate's own question is asked: whoever has opted
out, whose case is closed or whose address is known to be dead is not told
again, and the person who asked hears why. One message is repeated once; what
comes of the repetition can be repeated in its turn.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.errors import N_, CaseworkError, Conflict
from casework.notices.gathering import GATHERED
from casework.notices.models import Message
from casework.notices.post import Notice, post
from casework.notices.story_words import said_of
from casework.notices.verdicts import verdict
from casework.notices.ways import out
from casework.operations.bundle import speak_instead
from casework.operations.permit_message import ACT, permit_message
from workflows.access import Actor
from workflows.engine import Words

STUCK = frozenset({"dead", "undelivered_permanent"})
RETRIED = "retried"


@dataclass(frozen=True)
class InTurn:
    """What came of doing something with several messages: with how many, and why not with the others."""

    done: int
    refused: tuple[tuple[str, CaseworkError], ...]


def resend(message: Message, *, actor: Actor) -> Message:
    """Repeat a message that is stuck and mark it as handled; return the new one.

    Raises `Conflict` with the reason when it is not stuck, was handled before, or may not leave any more.
    """
    organisation_id = permit_message(actor, ACT, message)
    stuck = locked(message)
    refuse_handled(stuck)
    made = repeat(stuck)
    handled(stuck, RETRIED, actor=actor)
    say("delivery:resend", stuck, organisation_id, actor, again=made.ref)
    return made


def each_in_turn(messages: Iterable[Message], do: Callable[[Message], object]) -> InTurn:
    """Do something with each message; a refusal leaves that one as it is and is kept with its ref."""
    done, refused = 0, []
    for message in messages:
        try:
            do(message)
            done += 1
        except CaseworkError as reason:
            refused.append((message.ref, reason))
    return InTurn(done, tuple(refused))


def locked(message: Message) -> Message:
    """Return the message as it stands now, kept from changing until the commit."""
    wanted = select(Message).filter_by(id=message.id).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def refuse_handled(message: Message) -> None:
    """Raise `Conflict` unless the message is stuck and nobody has handled it."""
    if message.state not in STUCK:
        raise Conflict(N_("这条消息没有停在“发送失败”或“无法送达”，不需要处理。请刷新后再看。"), code="not_stuck")
    if message.handled_at is not None:
        raise Conflict(N_("这条消息已有人处理过，没有重复办理。请刷新后再看。"), code="handled")


def handled(message: Message, how: str, *, actor: Actor) -> None:
    """Take a message off the list of what waits for a person."""
    message.handled_at, message.handled_by_id, message.handled_how = clock.now(), actor.id or None, how


def repeat(message: Message) -> Message:
    """Write the same message once more as a row of its own, unless the gate would stop it anyway."""
    _refuse_pointless(message)
    notice = Notice(
        kind=message.kind,
        person_id=message.person_id,
        record_id=message.record_id,
        wave_id=message.wave_id,
        lead_id=message.lead_id,
        channel=message.channel,
        dedup=f"resend:{message.ref}",
        message_class=message.class_,
        params=dict(message.params),
        organisation_id=message.organisation_id,
        case_id=message.case_id,
        report_id=message.report_id,
        not_after=message.not_after,
    )
    if not post([notice]):
        raise Conflict(N_("这条消息已经重发过一次，没有再发。请在新的那条上办理。"), code="resent")
    made = db.session.scalars(select(Message).filter_by(dedup_key=notice.dedup_key)).one()
    made.resend_of_id = message.id
    if message.kind == GATHERED:
        speak_instead({message.id: made.id})
    return made


def _refuse_pointless(message: Message) -> None:
    """Raise `Conflict` when the gate would stop it anyway; what must only wait may go and wait there."""
    if message.channel not in out():
        raise Conflict(N_("这条消息所走的通道没有启用，没有重发。请先在服务器的设置中启用。"), code="channel_off")
    found = verdict(message, now=clock.now())
    if found is None or found.wait_until is not None or found.state in {"ready", "leased"}:
        return
    why = said_of(found.note).sentence or found.note
    raise Conflict(N_("没有重发：%(why)s。"), params={"why": Words((why,))}, code="pointless")


def say(action: str, message: Message, organisation_id: int, actor: Actor, **facts: str) -> None:
    """Write into the journal what somebody did about a message."""
    journal.record(
        organisation_id=organisation_id,
        action=action,
        actor=str(actor.id),
        subject=message.ref,
        facts={"kind": message.kind, "channel": message.channel, "state": message.state, **facts},
    )
