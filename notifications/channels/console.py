"""Messages written to a stream, a line each: for a first look without a mail server."""

from collections.abc import Sequence
from typing import ClassVar, TextIO

from notifications.channels.channel import Submission, accepted, submission
from notifications.errors import N_, CannotBeAsked
from notifications.message import Message


class Console:
    """Write a line for each message: to whom, its ref, its subject and where it leads."""

    code: ClassVar[str] = "console"
    label: ClassVar[str] = N_("控制台")
    can_be_asked: ClassVar[bool] = False
    batch_size: ClassVar[int] = 100

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Write the batch and answer that all of it was taken."""
        for message in messages:
            self._stream.write(f"→ {message.recipient} [{message.ref}] {message.subject} {' '.join(message.links)}\n")
        self._stream.flush()
        return submission(reference, messages, lambda message: accepted(message, message.ref))

    def ask(self, reference: str) -> Submission:
        """Refuse: a stream remembers nothing."""
        raise CannotBeAsked(f"The console keeps no log to look for {reference!r}.")
