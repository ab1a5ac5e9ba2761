"""Mail, one message at a time over one connection, with every failure placed.

SMTP cannot be asked afterwards, so it matters exactly when a connection breaks.
Until the line that ends the data has been written the server cannot have taken
the message: that is transient. From that line until its answer it may have: that
alone is in doubt. The standard `sendmail` does not let us tell these apart, so
the dialogue is spelled out here.

A message is serialised once and its Message-ID comes from the row's ref, so a
repetition can be recognised by the reader's mail program.
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.utils import formataddr, formatdate, parseaddr
from typing import ClassVar, Self

from notifications.channels.channel import Outcome, Submission, accepted, in_doubt, refused, submission
from notifications.channels.smtp_answers import (
    ACCOUNT_REFUSED,
    BROKEN_BEFORE,
    BROKEN_DURING,
    PERMANENT,
    UNREACHABLE,
    Stage,
    judge,
)
from notifications.errors import N_, CannotBeAsked, ChannelMisconfigured, ErrorClass
from notifications.message import Message

PLAIN, STARTTLS, TLS = "plain", "starttls", "tls"
_SECURITIES = (PLAIN, STARTTLS, TLS)
_ADDRESS = re.compile(r"[!-?A-~]+@[A-Za-z0-9.\-\[\]:]+")
_IN_ONE_PIECE = re.compile(r"<[!-;=?-~]{1,900}>")
"""An address in angle brackets: the standard policy folds a long one into encoded words, which no program follows."""
_LINE_OF_DOTS = re.compile(rb"^\.", re.MULTILINE)
_START_DATA, _OK = 354, 250


@dataclass(frozen=True)
class Settings:
    """How to reach the mail server; `sender` is what the reader sees, `domain` ends each Message-ID."""

    host: str
    sender: str
    port: int = 25
    security: str = PLAIN
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 10.0
    sender_name: str = ""

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> Self:
        """Read settings given as text; raise `ChannelMisconfigured` with what is wrong."""
        unknown = settings.keys() - cls.__dataclass_fields__.keys()
        if unknown or not settings.get("host") or not settings.get("sender"):
            raise ChannelMisconfigured(f"Mail needs host and sender and knows nothing of {sorted(unknown)}.")
        if settings.get("security", PLAIN) not in _SECURITIES:
            raise ChannelMisconfigured(f"Mail security is one of {', '.join(_SECURITIES)}.")
        try:
            port, timeout = int(settings.get("port", "25")), float(settings.get("timeout", "10"))
        except ValueError as wrong:
            raise ChannelMisconfigured(f"Mail port and timeout are numbers: {wrong}.") from wrong
        texts = {name: value for name, value in settings.items() if name not in {"port", "timeout"}}
        return cls(**texts, port=port, timeout=timeout)

    @property
    def domain(self) -> str:
        """The part of the sender's address after the @."""
        return parseaddr(self.sender)[1].rpartition("@")[2]


class Smtp:
    """Send mail through one server; open a connection for each batch and close it after."""

    code: ClassVar[str] = "smtp"
    label: ClassVar[str] = N_("电子邮件")
    can_be_asked: ClassVar[bool] = False
    batch_size: ClassVar[int] = 50

    def __init__(self, settings: Settings, *, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls

    def send(self, messages: Sequence[Message], *, reference: str) -> Submission:
        """Hand over the batch in order; what follows a broken connection is answered as not tried."""
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError as problem:
            if problem.smtp_code < PERMANENT:
                return self._all(messages, reference, ErrorClass.TRANSIENT, UNREACHABLE, problem)
            return self._all(messages, reference, ErrorClass.ACCOUNT, ACCOUNT_REFUSED, problem)
        except (smtplib.SMTPNotSupportedError, ssl.SSLError) as problem:
            return self._all(messages, reference, ErrorClass.ACCOUNT, ACCOUNT_REFUSED, problem)
        except OSError as problem:
            return self._all(messages, reference, ErrorClass.TRANSIENT, UNREACHABLE, problem)
        try:
            return submission(reference, messages, lambda message: self._hand_over(server, message))
        finally:
            _leave(server)

    def ask(self, reference: str) -> Submission:
        """Refuse: a mail server keeps nothing that we could ask for."""
        raise CannotBeAsked(f"SMTP cannot be asked about {reference!r}.")

    def serialise(self, message: Message) -> bytes:
        """Return the bytes of the mail: CRLF only, ASCII only, headers folded."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = formataddr((self._settings.sender_name, self._settings.sender))
        mail["To"] = message.recipient
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{message.ref}@{self._settings.domain}>"
        whole = {name: value for name, value in message.headers.items() if _IN_ONE_PIECE.fullmatch(value)}
        for name, value in message.headers.items():
            if name not in whole:
                mail[name] = value
        mail.set_content(message.body, cte="base64")
        apart = "".join(f"{name}: {value}\r\n" for name, value in whole.items()).encode("ascii")
        return _subject_line(message.subject) + apart + mail.as_bytes()

    def _connect(self) -> smtplib.SMTP:
        to = self._settings
        tls = self._tls or (ssl.create_default_context() if to.security != PLAIN else None)
        if to.security == TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=to.timeout, context=tls)
        else:
            server = smtplib.SMTP(to.host, to.port, timeout=to.timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if to.security == STARTTLS:
                server.starttls(context=tls)
                server.ehlo()
            if to.username:
                server.login(to.username, to.password)
        except OSError:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, message: Message) -> Outcome:
        if not _ADDRESS.fullmatch(message.recipient):
            return refused(message, ErrorClass.RECIPIENT, N_("收件地址不是有效的电子邮件地址。请核对联系方式。"))
        data = self.serialise(message)
        try:
            early = _envelope(server, self._settings.sender, message)
            if early is not None:
                return early
            server.send(_LINE_OF_DOTS.sub(b"..", data))
        except OSError as problem:
            return refused(message, ErrorClass.TRANSIENT, BROKEN_BEFORE, detail=str(problem))
        try:
            server.send(b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")
            code, words = server.getreply()
        except OSError as problem:
            return in_doubt(message, BROKEN_DURING, detail=str(problem))
        if code == _OK:
            return accepted(message, words.decode("utf-8", "replace")[:200])
        return judge(message, Stage.DATA, code, words)

    def _all(
        self, messages: Sequence[Message], reference: str, error_class: ErrorClass, sentence: str, problem: Exception
    ) -> Submission:
        return submission(
            reference, messages, lambda message: refused(message, error_class, sentence, detail=str(problem))
        )


def _subject_line(subject: str) -> bytes:
    """Return the subject header, all of it in encoded words unless it is ASCII.

    The standard policy folds Chinese mixed with ASCII at the blanks between them
    and loses those blanks; the older `Header` encodes the line as a whole.
    """
    charset = "us-ascii" if subject.isascii() else "utf-8"
    folded = Header(subject, charset, header_name="Subject").encode(linesep="\r\n")
    return f"Subject: {folded}\r\n".encode("ascii")


def _envelope(server: smtplib.SMTP, sender: str, message: Message) -> Outcome | None:
    """Say from whom and to whom and ask to begin; return the refusal, or nothing when the data may follow."""
    steps: tuple[tuple[Stage, int, Callable[[], tuple[int, bytes]]], ...] = (
        (Stage.SENDER, _OK, lambda: server.mail(parseaddr(sender)[1])),
        (Stage.RECIPIENT, _OK, lambda: server.rcpt(message.recipient)),
        (Stage.DATA, _START_DATA, lambda: server.docmd("DATA")),
    )
    for stage, wanted, say in steps:
        code, words = say()
        if code != wanted:
            with suppress(OSError):  # the refusal stands even if the server has left after it
                server.docmd("RSET")
            return judge(message, stage, code, words)
    return None


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye if somebody still listens; what was answered stays answered."""
    try:
        server.quit()
    except OSError:
        server.close()
