"""A carrier that answers as real ones do, without anybody being reached.

It ships with the product: demonstrations, drills and fault tests use it in place
of an SMS or mail provider. Certain addresses have a fixed fate (`FATES`), every
other is delivered. What it has accepted stands in a log of its own, one JSON line
a message, apart from our database: there one can count whether anything was lost
or sent twice. Like real carriers it knows no idempotency: asked to send the same
again, it does. Unlike mail it can be asked by our reference.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from notifications.channels.channel import Outcome, Status, Submission, accepted, in_doubt, refused, submission
from notifications.errors import N_, ErrorClass
from notifications.message import Message


class Fate(StrEnum):
    """What happens to a message for an address."""

    DELIVERED = "delivered"
    DEAD_NUMBER = "dead_number"  # accepted, then never deliverable
    SWITCHED_OFF = "switched_off"  # accepted, then not deliverable for now
    NO_RECEIPT = "no_receipt"  # accepted, then silence
    SLOW = "slow"  # accepted after a delay
    ACCEPTS_THEN_RESETS = "accepts_then_resets"  # the whole call is taken, its answer lost
    RESETS_BEFORE = "resets_before"  # nothing of the call is taken, its answer lost
    THROTTLED = "throttled"
    REJECTED = "rejected"  # the text is refused
    ACCOUNT_REFUSED = "account_refused"
    CONTRADICTORY = "contradictory"  # accepted, reported as undeliverable, then as delivered


_NUMBERS = tuple(Fate)
FATES: Mapping[str, Fate] = MappingProxyType(
    {f"100000000{number:02}": fate for number, fate in enumerate(_NUMBERS)}
    | {f"{fate.value}@simulator.example": fate for fate in Fate}
)
"""The magic addresses: numbers that no network assigns, mailboxes in a reserved domain."""

_RECEIPTS: Mapping[Fate, tuple[str, ...]] = MappingProxyType(
    {
        Fate.DEAD_NUMBER: ("undelivered_permanent",),
        Fate.SWITCHED_OFF: ("undelivered_temporary",),
        Fate.NO_RECEIPT: (),
        Fate.CONTRADICTORY: ("undelivered_permanent", "delivered"),
    }
)
_REFUSALS: Mapping[Fate, tuple[ErrorClass, str]] = MappingProxyType(
    {
        Fate.THROTTLED: (ErrorClass.THROTTLED, N_("模拟通道要求放慢发送，消息没有发出，稍后会自动重试。")),
        Fate.REJECTED: (ErrorClass.TEMPLATE, N_("模拟通道拒绝了消息内容。请核对模板。")),
        Fate.ACCOUNT_REFUSED: (ErrorClass.ACCOUNT, N_("模拟通道拒绝了本系统的账号。请核对通道设置。")),
    }
)


LONGEST_LINE = 2000


@dataclass(frozen=True)
class Receipt:
    """What the carrier reports later about one accepted message."""

    ref: str
    provider_id: str
    status: str


class Simulator:
    """A carrier with a log file; several processes may use the same one."""

    code: ClassVar[str] = "simulator"
    label: ClassVar[str] = N_("模拟通道")
    can_be_asked: ClassVar[bool] = True
    batch_size: ClassVar[int] = 1000

    def __init__(
        self,
        log: Path,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        slow_seconds: float = 30.0,
        keeps_words: bool = False,
    ) -> None:
        """Log to a file; `keeps_words` where everybody is invented and somebody wants to read what came."""
        self._log = log
        self._now = now
        self._sleep = sleep
        self._slow_seconds = slow_seconds
        self._keeps_words = keeps_words

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Log what is accepted, then answer, or lose the answer as the addresses ask."""
        fates = {message.ref: FATES.get(message.recipient, Fate.DELIVERED) for message in messages}
        lost = N_("模拟通道的连接中断，无法确定消息是否已被接收。")
        if Fate.RESETS_BEFORE in fates.values():
            return submission(reference, messages, lambda message: in_doubt(message, lost))
        taken = [message for message in messages if fates[message.ref] not in _REFUSALS]
        ids = self._accept(taken, fates, reference)
        if Fate.SLOW in fates.values():
            self._sleep(self._slow_seconds)
        if Fate.ACCEPTS_THEN_RESETS in fates.values():
            return submission(reference, messages, lambda message: in_doubt(message, lost))
        return submission(reference, messages, lambda message: _answer(message, fates[message.ref], ids))

    def ask(self, reference: str) -> Submission:
        """Return an outcome for every message that the carrier accepted under the reference."""
        held = [line for line in self.accepted() if line["reference"] == reference]
        return Submission(reference, tuple(Outcome(line["ref"], Status.ACCEPTED, line["id"]) for line in held))

    def receipts(self) -> tuple[Receipt, ...]:
        """Return the carrier's reports on all that it accepted, in that order; some are never reported."""
        return tuple(
            Receipt(line["ref"], line["id"], status) for line in self.accepted() for status in line["receipt"].split()
        )

    def accepted(self) -> Iterator[dict[str, str]]:
        """Yield the carrier's log: at, id, reference, ref, kind, recipient, words, receipt (none, one or several)."""
        if not self._log.exists():
            return
        with self._log.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):  # a line without its end is still being written
                    yield json.loads(line)

    def latest(self, *, count: int) -> list[dict[str, str]]:
        """Return the last lines of the log whose words were kept, the newest first."""
        if not self._log.exists():
            return []
        with self._log.open("rb") as log:
            begins = max(0, self._log.stat().st_size - count * LONGEST_LINE)
            log.seek(begins)
            whole = log.read().split(b"\n")[1 if begins else 0 : -1]  # the first is cut off, the last not yet written
        found = [json.loads(line) for line in reversed(whole)]
        return [line for line in found if line.get("words")][:count]

    def _accept(self, messages: Sequence[Message], fates: Mapping[str, Fate], reference: str) -> dict[str, str]:
        """Append the accepted messages in one write under a lock and return their ids."""
        at = self._now().isoformat()
        ids = {message.ref: f"sim-{os.urandom(8).hex()}" for message in messages}
        lines = [
            json.dumps(
                {
                    "at": at,
                    "id": ids[message.ref],
                    "reference": reference,
                    "ref": message.ref,
                    "kind": message.kind,
                    "recipient": message.recipient,
                    "receipt": " ".join(_RECEIPTS.get(fates[message.ref], ("delivered",))),
                    "words": message.body if self._keeps_words else "",
                },
                ensure_ascii=False,
            )
            for message in messages
        ]
        if lines:
            with self._log.open("ab", buffering=0) as log:
                fcntl.flock(log, fcntl.LOCK_EX)
                log.write(("\n".join(lines) + "\n").encode())
        return ids


def _answer(message: Message, fate: Fate, ids: Mapping[str, str]) -> Outcome:
    if fate in _REFUSALS:
        error_class, sentence = _REFUSALS[fate]
        return refused(message, error_class, sentence)
    return accepted(message, ids[message.ref])
