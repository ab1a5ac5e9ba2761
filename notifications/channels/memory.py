"""Messages kept in a list: what tests look at instead of asserting on calls."""

from collections.abc import Sequence
from typing import ClassVar

from notifications.channels.channel import Outcome, Submission, accepted
from notifications.errors import N_
from notifications.message import Message


class Memory:
    """Accept everything and remember it in order, with the reference of each call."""

    code: ClassVar[str] = "memory"
    label: ClassVar[str] = N_("内存（测试）")
    can_be_asked: ClassVar[bool] = True
    batch_size: ClassVar[int] = 100

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self._calls: dict[str, tuple[Outcome, ...]] = {}

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Remember the batch."""
        self.sent.extend(messages)
        outcomes = tuple(accepted(message, f"memory-{message.ref}") for message in messages)
        self._calls[reference] = self._calls.get(reference, ()) + outcomes
        return Submission(reference, outcomes)

    def ask(self, reference: str) -> Submission:
        """Return what was remembered under the reference."""
        return Submission(reference, self._calls.get(reference, ()))
