"""The reader's own page in the service: the stored row is the delivery.

Nothing leaves the building, so nothing can be lost on the way or arrive twice.
Asking answers that nothing is held outside: sending again then changes nothing.
"""

from collections.abc import Sequence
from typing import ClassVar

from notifications.channels.channel import Submission, accepted, submission
from notifications.errors import N_
from notifications.message import Message


class Inbox:
    """Accept everything; the row that the message was made from is what the person reads."""

    code: ClassVar[str] = "inbox"
    label: ClassVar[str] = N_("站内消息")
    can_be_asked: ClassVar[bool] = True
    batch_size: ClassVar[int] = 1000

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Answer that every message has arrived, under its own ref."""
        return submission(reference, messages, lambda message: accepted(message, message.ref))

    def ask(self, reference: str) -> Submission:
        """Answer that no provider holds anything."""
        return Submission(reference, ())
