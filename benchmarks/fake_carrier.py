"""The carrier of the delivery benchmarks: a line in a file for each recipient, then the way back of the answer.

Ours speaks to it by the batch, the peers by the recipient; where the file lies and
how long an answer takes stands in the environment, for every process to read.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from casework.jobs import carriers
from notifications.channels.channel import Outcome, Status, Submission, accepted
from notifications.channels.simulator import Receipt, Simulator
from notifications.message import Message

CHANNEL = "simulator"
TRAVEL = "BENCHMARK_TRAVEL"
LOG = "BENCHMARK_LOG"


def accept(refs: Sequence[str], reference: str = "-") -> None:
    """Be the carrier: write what was accepted, one line a recipient, then take the time that an answer takes."""
    lines = "".join(f"{time.monotonic()} {reference} {ref}\n" for ref in refs)
    log = os.open(os.environ[LOG], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(log, lines.encode())
    os.close(log)
    time.sleep(float(os.environ[TRAVEL]))


def accepted_lines(log: Path) -> list[tuple[float, str, str]]:
    """Return what the carrier accepted: moment, our reference, recipient."""
    lines = (line.split() for line in log.read_text().splitlines()) if log.exists() else ()
    return [(float(moment), reference, ref) for moment, reference, ref in lines]


class FakeCarrier(Simulator):
    """The same carrier for our own protocol: it takes a batch and can be asked by our reference."""

    def __init__(self, batch_size: int) -> None:
        """Take at most so many a call."""
        self.batch_size = batch_size  # type: ignore[misc] - a constant of the class, but for this one

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Accept all of them."""
        accept([message.recipient for message in messages], reference)
        return Submission(reference, tuple(accepted(message, message.ref) for message in messages))

    def ask(self, reference: str) -> Submission:
        """Say what was accepted in a call of ours."""
        held = {ref for _, told, ref in accepted_lines(Path(os.environ[LOG])) if told == reference}
        asked = (each for each in carriers.addressed(reference) if each.recipient in held)
        return Submission(reference, tuple(Outcome(each.ref, Status.ACCEPTED, each.ref) for each in asked))

    def receipts(self) -> tuple[Receipt, ...]:
        """Report nothing."""
        return ()
