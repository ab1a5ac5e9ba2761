"""What every way out of the service promises.

A channel is asked to send a batch under a reference of ours and answers for each
message: accepted, refused (with the class that says what to do) or in doubt. It
raises only for faults of the software. It never retries by itself: whether the
same thing may be said again is decided where it is remembered what was said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from notifications.errors import ErrorClass
from notifications.message import Message


class Status(StrEnum):
    """What is known about one message after a call."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True)
class Outcome:
    """The answer for one message; `sentence` is a message id for people, `detail` the provider's own words."""

    ref: str
    status: Status
    provider_id: str = ""
    error_class: ErrorClass | None = None
    sentence: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Submission:
    """The answer to one call, under the reference that we gave."""

    reference: str
    outcomes: tuple[Outcome, ...]


class Channel(Protocol):
    """One way out.

    `ask` returns the outcomes of all messages that the provider holds under the
    reference; one that is not among them was never accepted. It raises
    `CannotBeAsked` where `can_be_asked` is False.
    """

    code: ClassVar[str]
    label: ClassVar[str]
    can_be_asked: ClassVar[bool]
    batch_size: ClassVar[int]

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Hand a batch of at most `batch_size` messages to the provider."""
        ...

    def ask(self, reference: str) -> Submission:
        """Ask what the provider holds under our reference."""
        ...


def accepted(message: Message, provider_id: str) -> Outcome:
    """Answer that the provider has taken a message."""
    return Outcome(message.ref, Status.ACCEPTED, provider_id)


def refused(message: Message, error_class: ErrorClass, sentence: str, *, detail: str = "") -> Outcome:
    """Answer that the provider surely has not taken a message, and why."""
    return Outcome(message.ref, Status.REFUSED, error_class=error_class, sentence=sentence, detail=detail)


def in_doubt(message: Message, sentence: str, *, detail: str = "") -> Outcome:
    """Answer that the provider may have taken a message."""
    return Outcome(message.ref, Status.IN_DOUBT, error_class=ErrorClass.IN_DOUBT, sentence=sentence, detail=detail)


def submission(reference: str, messages: Sequence[Message], answer: Callable[[Message], Outcome]) -> Submission:
    """Return the submission in which each message got its own answer."""
    return Submission(reference, tuple(answer(message) for message in messages))
