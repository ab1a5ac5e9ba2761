"""Write down what a provider answered (T5), and decide by the class of a fault what happens next.

Every change names the status that it leaves: when the sweeper has meanwhile
declared the call in doubt, a late but certain answer still settles it, and an
answer that says nothing new changes nothing. What is to be written is gathered
first and then written in one statement for each status.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import Row, func, select

from casework import clock
from casework.campaigns.pauses import ARREARS, TEXT_REFUSED
from casework.db import db
from casework.notices.addresses import mark_invalid
from casework.notices.models import Message, MessageEvent, SendAttempt
from casework.notices.plans import Plan
from casework.notices.providers import HELD_FOR, hold, open_weights, release
from casework.notices.statuses import move, move_attempt
from casework.notices.stops import TEMPLATE_REFUSED, subject_of
from casework.notices.ways import SMS
from casework.operations.alarms import raise_alarm
from casework.operations.drain import give_to_the_other
from casework.operations.note_unreached import note_unreached
from casework.operations.pause_refused import pause_refused
from notifications.channels.channel import Outcome, Status, Submission
from notifications.errors import ErrorClass
from notifications.kinds import CAMPAIGN, ESCALATION

FINAL: Mapping[ErrorClass, str] = MappingProxyType(
    {ErrorClass.RECIPIENT: "undelivered_permanent", ErrorClass.TEMPLATE: "dead", ErrorClass.BUG: "dead"}
)
"""Faults that no repetition mends, and the status in which they end."""


def record_attempt(attempt_id: int, submission: Submission) -> bool:
    """Write down the answer to a call; False when it was recorded before. What has no outcome was not tried."""
    attempt = _locked(attempt_id)
    if attempt is None:
        return False
    state, channel = attempt.state, attempt.channel
    answer = _Answer(_of(attempt, state), submission, leaves=state, channel=channel)
    answer.write()
    if not answer.doubt:
        return move_attempt(attempt_id, leaves=state, enters="recorded")
    return state == "in_doubt" or move_attempt(attempt_id, leaves=state, enters="in_doubt")


def put_back(attempt_id: int) -> bool:
    """Return a batch that was never handed over to where it came from; False when the sweeper was faster."""
    attempt = _locked(attempt_id)
    if attempt is None or attempt.state != "submitting":
        return False
    ids = [message.id for message in _of(attempt, "submitting")]
    back = {"next_at": clock.now(), "attempts": Message.attempts - 1}  # nobody was called: it costs no attempt
    move(ids, leaves="submitting", enters="ready", note="woke up too late to send", **back)
    return move_attempt(attempt_id, leaves="submitting", enters="recorded")


def doubt_all(attempt_id: int) -> bool:
    """Write down that a call ended without any answer: a fault of our own software in the middle of it."""
    attempt = _locked(attempt_id)
    if attempt is None or attempt.state != "submitting":
        return False
    ids = [message.id for message in _of(attempt, "submitting")]
    move(ids, leaves="submitting", enters="in_doubt", note="the call broke off")
    return move_attempt(attempt_id, leaves="submitting", enters="in_doubt")


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
    doubts = _doubts(messages) if answer is None else {}
    plan = Plan("in_doubt")
    for message in messages:
        if message.ref in held:
            plan.accept(message, held[message.ref], note="the provider holds it")
        elif answer is not None:
            plan.try_again(message, note="the provider does not hold it")
        elif message.class_ == ESCALATION and doubts.get(message.id) == 1:
            plan.try_again(message, note="repeated once: an escalation is rather said twice than never")
        else:
            plan.put(message, "no_receipt", note="cannot be asked and is not repeated")
    plan.write()
    move_attempt(attempt_id, leaves="in_doubt", enters="settled")
    return len(messages)


class _Answer:
    """What one answer of a provider asks us to do, for its messages and for the way out itself."""

    def __init__(self, messages: Sequence[Row], submission: Submission, *, leaves: str, channel: str) -> None:
        self._plan, self._leaves, self._channel = Plan(leaves), leaves, channel
        self._accepted, self._account = False, ""
        self._invalid: list[tuple[Row, str]] = []
        self._kinds: set[str] = set()
        self._refused_waves: set[int] = set()
        self._unpaid_waves: set[int] = set()
        self.doubt = False
        outcomes = {outcome.ref: outcome for outcome in submission.outcomes}
        of_all = {outcome.error_class for outcome in submission.outcomes if outcome.status == Status.REFUSED}
        whole = len(submission.outcomes) > 1 and all(each.status == Status.REFUSED for each in submission.outcomes)
        # A fault of the whole call says nobody's name: all of them are tried again in smaller batches.
        self._nobody_blamed = whole and of_all == {ErrorClass.BUG}
        # What another provider can carry waits for nobody.
        others = open_weights().keys() - {channel} if channel in SMS and ErrorClass.ACCOUNT in of_all else set()
        self._held_for = timedelta() if others else HELD_FOR
        self._last_way = not others
        for message in messages:
            self._hear(message, outcomes.get(message.ref))

    def write(self) -> None:
        """Write down what becomes of each message, then what becomes of the way out."""
        self._plan.write()
        mark_invalid(self._invalid)
        note_unreached([message.id for message, _ in self._invalid], reason="refused")
        for kind in sorted(self._kinds):
            raise_alarm(TEMPLATE_REFUSED, subject_of(self._channel, kind))
        pause_refused(self._refused_waves, because=TEXT_REFUSED)
        pause_refused(self._unpaid_waves, because=ARREARS)
        if self._accepted:
            release(self._channel)
        if self._account:
            hold(self._channel, because=self._account)
            give_to_the_other(self._channel)

    def _hear(self, message: Row, outcome: Outcome | None) -> None:
        if outcome is None:
            self._plan.try_again(message, note="not tried")
        elif outcome.status == Status.IN_DOUBT:
            self.doubt = True
            if self._leaves == "submitting":
                self._plan.put(message, "in_doubt", note=outcome.sentence)
        elif outcome.status == Status.ACCEPTED:
            self._accepted = True
            self._plan.accept(message, outcome, note="")
        else:
            self._refuse(message, outcome)

    def _refuse(self, message: Row, outcome: Outcome) -> None:
        fault = outcome.error_class or ErrorClass.BUG
        note = f"{fault}: {outcome.detail or outcome.sentence}"
        if fault.may_be_sent_again:
            self._plan.try_again(message, note=note)
        elif fault == ErrorClass.BUG and self._nobody_blamed:
            self._plan.try_again(message, note=note, at_once=True)
        elif fault == ErrorClass.ACCOUNT:
            self._account = outcome.sentence or note
            self._plan.wait(message, self._held_for, note=note, free=True)
            self._unpaid_waves.update([message.wave_id] if message.wave_id and self._last_way else ())
        elif fault == ErrorClass.TEMPLATE and message.class_ == CAMPAIGN:
            self._kinds.add(message.kind)  # fifteen thousand would only hear the same: the kind waits for a person
            self._plan.wait(message, timedelta(), note=note, free=True)
            self._refused_waves.update([message.wave_id] if message.wave_id else ())
        else:
            if fault == ErrorClass.RECIPIENT:
                self._invalid.append((message, note))
            self._plan.put(message, FINAL[fault], note=note)


def _locked(attempt_id: int) -> SendAttempt | None:
    wanted = select(SendAttempt).filter_by(id=attempt_id).where(SendAttempt.state.in_(("submitting", "in_doubt")))
    return db.session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _of(attempt: SendAttempt, state: str) -> Sequence[Row]:
    """Return what must be known of the messages of a call; whole messages would cost more than the call's record."""
    columns = (Message.id, Message.ref, Message.person_id, Message.record_id, Message.wave_id)
    rest = (Message.kind, Message.class_, Message.channel, Message.params, Message.attempts)
    wanted = select(*columns, *rest).filter_by(attempt_id=attempt.id, state=state)
    return db.session.execute(wanted.order_by(Message.id)).all()


def _doubts(messages: Sequence[Row]) -> Mapping[int, int]:
    """Count how often each message has been in doubt."""
    times = select(MessageEvent.message_id, func.count().label("times")).group_by(MessageEvent.message_id)
    asked = times.where(
        MessageEvent.message_id.in_([each.id for each in messages]), MessageEvent.to_state == "in_doubt"
    )
    return {row.message_id: row.times for row in db.session.execute(asked)}
