"""The carrier of a rehearsal: it takes everything at once, delivers it to every living number, and remembers."""

from collections.abc import Sequence
from typing import ClassVar

from casework import clock
from casework.notices.invariants.fact import Acceptance
from notifications.channels.channel import Submission, accepted
from notifications.channels.simulator import Receipt, Simulator
from notifications.message import Message

DEAD = "100"
"""How a number begins that nobody has any more; no network assigns it."""


class CalmCarrier(Simulator):
    """Takes the place of the simulator, whose log would be read whole at every turn."""

    batch_size: ClassVar[int] = 500

    def __init__(self) -> None:
        self.log: list[Acceptance] = []
        self._unreported: list[tuple[str, str]] = []

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Take all of them."""
        self.log += [Acceptance(message.ref, reference, clock.now()) for message in messages]
        self._unreported += [(message.ref, _fate(message.recipient)) for message in messages]
        return Submission(reference, tuple(accepted(message, f"calm-{message.ref}") for message in messages))

    def ask(self, reference: str) -> Submission:
        """Nothing is ever in doubt here."""
        return Submission(reference, ())

    def receipts(self) -> tuple[Receipt, ...]:
        """Report each message once."""
        reported, self._unreported = self._unreported, []
        return tuple(Receipt(ref, f"calm-{ref}", status) for ref, status in reported)


def _fate(recipient: str) -> str:
    return "undelivered_permanent" if recipient.startswith(DEAD) else "delivered"
