"""A real SMTP server on this machine that keeps every mail, and refuses whom it is told to refuse."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Mail:
    """One accepted mail: its envelope, its bytes as they arrived, and the same parsed."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


@dataclass
class SmtpServer:
    """What arrived, oldest first, and what to answer: an address in `refusals` gets that reply to RCPT TO."""

    host: str
    port: int
    mails: list[Mail] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    answer_to_data: str = "250 OK"

    def forget(self) -> None:
        """Begin anew for the next test."""
        self.mails.clear()
        self.refusals.clear()
        self.answer_to_data = "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        if self.answer_to_data.startswith("2"):
            self.mails.append(Mail(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        return self.answer_to_data


@contextmanager
def running() -> Iterator[SmtpServer]:
    """Run a server for the length of the block."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    server = SmtpServer(host=HOST, port=port)
    controller = Controller(server, hostname=HOST, port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
