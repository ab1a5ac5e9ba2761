"""Send a webhook again what it was sent before: one message, or all of a span of time.

A replay is a new message with an id of its own (`webhook-id`), because the
receiver is to take it although it knows the old one. What was repeated once is
repeated in the newest of its chain.
"""

from datetime import datetime

from sqlalchemy import select

from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.notices.models import Message
from casework.notices.ways import WEBHOOK
from casework.operations.permit_message import ACT, permit_message
from casework.operations.resend import STUCK, InTurn, each_in_turn, handled, locked, repeat, say
from casework.people.models import Person
from workflows.access import Actor

REPLAYED = STUCK | {"accepted", "delivered", "no_receipt", "undelivered_temporary"}
MOST = 500


def replay(message: Message, *, actor: Actor) -> Message:
    """Repeat what a webhook has sent, whatever came of it; return the new message, which has an id of its own.

    Raises `Conflict` for any other channel, for what is still on its way, and for what was repeated before.
    """
    organisation_id = permit_message(actor, ACT, message)
    found = locked(message)
    if found.channel != WEBHOOK:
        raise Conflict(N_("只有网络回调可以重放；其他通道只能重发没有送达的消息。"), code="not_replayable")
    if found.state not in REPLAYED:
        raise Conflict(N_("这条消息还在发送或没有发出过，没有重放。"), code="not_replayable")
    made = repeat(found)
    if found.state in STUCK and found.handled_at is None:
        handled(found, "replayed", actor=actor)
    say("delivery:replay", found, organisation_id, actor, again=made.ref)
    return made


def replay_between(subscriber: Person, *, since: datetime, until: datetime, actor: Actor) -> InTurn:
    """Repeat all that a subscriber was sent in a span of time, oldest first; at most `MOST` at once."""
    if since >= until:
        raise Invalid(N_("开始时间须早于结束时间，没有重放。"), fields={"since": N_("请填更早的时间。")})
    repeated = select(Message.resend_of_id).where(Message.resend_of_id.is_not(None), Message.channel == WEBHOOK)
    wanted = (
        select(Message)
        .filter_by(person_id=subscriber.id, channel=WEBHOOK)
        .where(Message.created_at >= since, Message.created_at < until, Message.state.in_(REPLAYED))
        .where(Message.id.not_in(repeated))
        .order_by(Message.id)
        .limit(MOST + 1)
    )
    found = db.session.scalars(wanted).all()
    if len(found) > MOST:
        raise Conflict(
            N_("这段时间里超过%(most)s条，没有重放。请缩短时间范围，分几次办理。"),
            params={"most": MOST},
            code="too_many",
        )
    return each_in_turn(found, lambda one: replay(one, actor=actor))
