"""What must hold of the statuses: every step allowed and written down, nothing stuck, nothing pulled down by others."""

from collections.abc import Iterable

from sqlalchemy import Select, case, exists, func, or_, select

from casework.notices.invariants.fact import Ground, refs
from casework.notices.models import Message, MessageEvent, Provider, ReceiptInbox, SendAttempt
from casework.notices.post import DRAIN
from casework.notices.statuses import STEPS
from casework.notices.stops import stops
from casework.notices.ways import out
from casework.promises import Promise

HELD_BY = {"leased": "prepared", "submitting": "submitting", "in_doubt": "in_doubt"}
"""In which state the call of a message stands while the message is under way."""

RANKS = {"accepted": 0, "no_receipt": 1, "undelivered_temporary": 1, "undelivered_permanent": 2, "delivered": 3}
"""What a carrier's word is worth: a later one of less worth changes nothing."""


def broken_stories(ground: Ground) -> Iterable[str]:
    """I9: a step that no table knows, a story with a gap or another end than the message, a bundle without a letter."""
    known = [f"{before}>{after}" for before, ends in STEPS.items() for after in ends]
    step = MessageEvent.from_state + ">" + MessageEvent.to_state
    before = func.lag(MessageEvent.to_state).over(partition_by=MessageEvent.message_id, order_by=MessageEvent.id)
    chain = select(
        MessageEvent.message_id, MessageEvent.from_state, func.coalesce(before, "").label("before")
    ).subquery()
    newest = select(func.max(MessageEvent.id)).group_by(MessageEvent.message_id)
    last = select(MessageEvent.message_id, MessageEvent.to_state).where(MessageEvent.id.in_(newest)).subquery()
    events = select(Message.ref).join(MessageEvent, MessageEvent.message_id == Message.id)
    return refs(
        _new(events, ground).where(MessageEvent.from_state != "", step.not_in(known)),
        _new(select(Message.ref), ground)
        .join(chain, chain.c.message_id == Message.id)
        .where(chain.c.from_state != chain.c.before),
        _new(select(Message.ref), ground)
        .outerjoin(last, last.c.message_id == Message.id)
        .where(func.coalesce(last.c.to_state, "") != Message.state),
        _new(select(Message.ref), ground).where(Message.state == "merged", Message.bundle_id.is_(None)),
    )


def stuck(ground: Ground) -> Iterable[str]:
    """I10: a lease that ran out and nobody took back, or a message under way whose call is elsewhere."""
    over = ground.now - ground.settling
    late = select(SendAttempt.ref).where(
        SendAttempt.state.in_(("prepared", "submitting")), SendAttempt.lease_until < over
    )
    apart = or_(
        *((Message.state == state) & (func.coalesce(SendAttempt.state, "") != held) for state, held in HELD_BY.items())
    )
    alone = select(Message.ref).outerjoin(SendAttempt, SendAttempt.id == Message.attempt_id)
    return refs(late, alone.where(Message.state.in_(HELD_BY), apart))


def below_its_receipts(ground: Ground) -> Iterable[str]:
    """I12: a message that stands lower than a carrier's word that was applied to it, in whatever order they came."""
    word = ReceiptInbox.body["status"].as_string()
    of = ReceiptInbox.body["ref"].as_string()
    said = (
        select(of.label("ref"), func.max(case(RANKS, value=word, else_=-1)).label("rank"))
        .where(ReceiptInbox.applied_at.is_not(None))
        .group_by(of)
        .subquery()
    )
    stands = case(RANKS, value=Message.state, else_=len(RANKS))
    return refs(_new(select(Message.ref), ground).join(said, said.c.ref == Message.ref).where(stands < said.c.rank))


def forgotten(ground: Ground) -> Iterable[str]:
    """I15: ready for long on a way out that is open, and no promise to drain it: a lost bell was not rung again."""
    over = ground.now - ground.settling
    channel = Promise.arguments["channel"].as_string()
    kept = exists().where(
        Promise.name == DRAIN,
        channel == Message.channel,
        or_(Promise.done_at.is_(None) & Promise.failed_at.is_(None), Promise.promised_at > over),
    )
    held = select(Provider.channel).where(Provider.held_at.is_not(None))
    wanted = select(Message.ref).where(
        Message.state == "ready",
        Message.next_at < over,
        Message.channel.in_(out()),
        Message.channel.not_in(held),
        ~kept,
        ~stops().of_all(),
    )
    return refs(wanted)


def died_together(ground: Ground) -> Iterable[str]:
    """I17: two messages that one fault of the software killed in one call: the good ones died with the bad one."""
    deaths = (
        select(SendAttempt.ref)
        .join(Message, Message.attempt_id == SendAttempt.id)
        .join(MessageEvent, MessageEvent.message_id == Message.id)
        .where(
            MessageEvent.from_state == "submitting", MessageEvent.to_state == "dead", MessageEvent.note.like("bug:%")
        )
    )
    return refs(_new(deaths, ground).group_by(SendAttempt.ref).having(func.count(Message.id.distinct()) > 1))


def _new(statement: Select, ground: Ground) -> Select:
    return statement.where(Message.created_at >= ground.since) if ground.since else statement
