"""Write down what a provider answered (T5), and decide by the class of a fault what happens next.

Every change names the status that it leaves: when the sweeper has meanwhile
declared the call in doubt, a late but certain answer still settles it, and an
answer that says nothing new changes nothing.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import func, select, update

from casework import clock
from casework.db import affected, db
from casework.notices.models import ContactPoint, Message, MessageEvent, SendAttempt
from casework.notices.statuses import move, move_attempt
from casework.operations.drain import HELD_FOR, hold, release
from notifications.channels.channel import Outcome, Status, Submission
from notifications.errors import ErrorClass
from notifications.kinds import ESCALATION

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (0, 30, 120, 600, 3600, 6 * 3600))
FINAL: Mapping[ErrorClass, str] = MappingProxyType(
    {ErrorClass.RECIPIENT: "undelivered_permanent", ErrorClass.TEMPLATE: "dead", ErrorClass.BUG: "dead"}
)
"""Faults that no repetition mends, and the status in which they end."""


def record_attempt(attempt_id: int, submission: Submission) -> bool:
    """Write down the answer to a call; False when it was recorded before. What has no outcome was not tried."""
    attempt = _locked(attempt_id)
    if attempt is None:
        return False
    state = attempt.state
    outcomes = {outcome.ref: outcome for outcome in submission.outcomes}
    doubt = False
    for message in _of(attempt, state):
        outcome = outcomes.get(message.ref)
        if outcome is not None and outcome.status == Status.IN_DOUBT:
            doubt = True
            if state == "submitting":
                move([message.id], leaves=state, enters="in_doubt", note=outcome.sentence)
            continue
        _settle(message, outcome, leaves=state, channel=attempt.channel)
    if not doubt:
        return move_attempt(attempt_id, leaves=state, enters="recorded")
    return state == "in_doubt" or move_attempt(attempt_id, leaves=state, enters="in_doubt")


def put_back(attempt_id: int) -> bool:
    """Return a batch that was never handed over to where it came from; False when the sweeper was faster."""
    attempt = _locked(attempt_id)
    if attempt is None or attempt.state != "submitting":
        return False
    ids = [message.id for message in _of(attempt, "submitting")]
    move(ids, leaves="submitting", enters="ready", note="woke up too late to send", next_at=clock.now())
    return move_attempt(attempt_id, leaves="submitting", enters="recorded")


def settle_doubt(attempt_id: int, answer: Submission | None) -> int:
    """Close what is in doubt; return how many messages that settles.

    With the provider's answer: what it holds was accepted, what it does not hold
    was not and is ready again. Without one (mail): an escalation is repeated once
    under the same Message-ID, anything else is not repeated.
    """
    attempt = _locked(attempt_id)
    if attempt is None or attempt.state != "in_doubt":
        return 0
    messages = _of(attempt, "in_doubt")
    held = {outcome.ref: outcome for outcome in answer.outcomes} if answer else {}
    for message in messages:
        if message.ref in held:
            _accept(message, held[message.ref], leaves="in_doubt", note="the provider holds it")
        elif answer is not None:
            _try_again(message, leaves="in_doubt", note="the provider does not hold it")
        elif message.class_ == ESCALATION and _doubts(message) == 1:
            _try_again(message, leaves="in_doubt", note="repeated once: an escalation is rather said twice than never")
        else:
            move([message.id], leaves="in_doubt", enters="no_receipt", note="cannot be asked and is not repeated")
    move_attempt(attempt_id, leaves="in_doubt", enters="settled")
    return len(messages)


def _locked(attempt_id: int) -> SendAttempt | None:
    wanted = select(SendAttempt).filter_by(id=attempt_id).where(SendAttempt.state.in_(("submitting", "in_doubt")))
    return db.session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _of(attempt: SendAttempt, state: str) -> Sequence[Message]:
    wanted = select(Message).filter_by(attempt_id=attempt.id, state=state).order_by(Message.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _settle(message: Message, outcome: Outcome | None, *, leaves: str, channel: str) -> None:
    if outcome is None:
        _try_again(message, leaves=leaves, note="not tried")
        return
    if outcome.status == Status.ACCEPTED:
        release(channel)
        _accept(message, outcome, leaves=leaves, note="")
        return
    fault = outcome.error_class or ErrorClass.BUG
    note = f"{fault}: {outcome.detail or outcome.sentence}"
    if fault.may_be_sent_again:
        _try_again(message, leaves=leaves, note=note)
    elif fault == ErrorClass.ACCOUNT:  # our own fault: it costs the message none of its attempts
        hold(channel, because=outcome.sentence)
        back = {"next_at": clock.now() + HELD_FOR, "attempts": message.attempts - 1}
        move([message.id], leaves=leaves, enters="ready", note=note, **back)
    else:
        if fault == ErrorClass.RECIPIENT:
            _mark_invalid(message, note)
        move([message.id], leaves=leaves, enters=FINAL[fault], note=note)


def _accept(message: Message, outcome: Outcome, *, leaves: str, note: str) -> None:
    move([message.id], leaves=leaves, enters="accepted", note=note, provider_ref=outcome.provider_id)


def _try_again(message: Message, *, leaves: str, note: str) -> None:
    """Put a message back with its pause, a little apart from its neighbours; after the last attempt a human looks."""
    if message.attempts >= len(BACKOFF):
        move([message.id], leaves=leaves, enters="dead", note=f"attempts used up: {note}")
        return
    pause = BACKOFF[message.attempts]
    jitter = pause * (secrets.randbelow(200) / 1000)
    move([message.id], leaves=leaves, enters="ready", note=note, next_at=clock.now() + pause + jitter)


def _doubts(message: Message) -> int:
    wanted = select(func.count()).select_from(MessageEvent).filter_by(message_id=message.id, to_state="in_doubt")
    return db.session.scalar(wanted) or 0


def _mark_invalid(message: Message, reason: str) -> None:
    of_person = {"person_id": message.person_id, "channel": message.channel}
    known = update(ContactPoint).filter_by(**of_person)
    if not affected(known.values(state="invalid", since=clock.now(), reason=reason)):
        db.session.add(ContactPoint(**of_person, state="invalid", reason=reason))
