"""The report mailbox: where it is, as the operator said it, and how its mails are read.

Which mails are new is not asked of flags: a mail that somebody has opened by hand
would never come in. The server numbers its mails; the database knows which numbers
were taken, and the hash of a mail decides where numbers were given anew. Mails stay
on the server and are only marked as read.
"""

import imaplib
import ipaddress
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from casework.errors import N_, Unavailable

TIMEOUT = 30.0
PORTS = {"imaps": 993, "imap": 143}
_FOLDER = re.compile(r"[ !#-\[\]-~]+")  # others have to be written in the server's own encoding
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'INTERNALDATE "([^"]+)"')
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 - as RFC 3501 writes them

_BAD_URL = N_("线索邮箱的地址设置有误（CASEWORK_LEAD_MAILBOX），应为“imaps://用户:口令@主机/INBOX”。")
_NO_PASSWORD = N_("线索邮箱的口令文件 %(path)s 读不到，没有收取邮件。请检查 CASEWORK_LEAD_MAILBOX_PASSWORD_FILE。")
_NO_ORGANISATION = N_("没有说明线索邮箱属于哪个单位，没有收取邮件。请设置 CASEWORK_LEAD_MAILBOX_ORGANISATION。")
_NO_CA = N_("线索邮箱的 CA 证书文件 %(path)s 读不到或不是证书，没有收取邮件。请检查 CASEWORK_LEAD_MAILBOX_CA_FILE。")
_UNTRUSTED = N_(
    "线索邮箱 %(mailbox)s 的证书核对不上（%(reason)s），没有登录，也没有收取邮件；邮件都留在邮箱中。"
    "请核对 CASEWORK_LEAD_MAILBOX_CA_FILE 和主机名，或请邮箱管理员更换证书。"
)
_AWAY = N_("线索邮箱 %(mailbox)s 连不上或拒绝登录（%(reason)s），没有收取邮件，稍后再试。")


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Where mails are fetched; `name` is what is stored and shown, without the password."""

    host: str
    port: int
    secure: bool
    user: str
    password: str = field(repr=False)
    folder: str
    organisation: str  # its code
    channel: str = ""  # none: by the kind of the organisation
    ca_file: str = ""

    @property
    def name(self) -> str:
        """Return what names this mailbox in the database and to people."""
        return f"{self.user}@{self.host}/{self.folder}"


def mailbox_of(given: Mapping[str, str]) -> Mailbox | None:
    """Return the mailbox that the settings name, None when they name none; `Unavailable` for one that cannot be."""
    if not given.get("url"):
        return None
    try:
        url = urlsplit(given["url"])
        port = url.port or PORTS[url.scheme]
    except (ValueError, KeyError) as fault:
        raise Unavailable(_BAD_URL, code="mailbox_setting") from fault
    password = unquote(url.password or "") or _from_file(given.get("password_file", ""))
    folder = unquote(url.path.lstrip("/")) or "INBOX"
    if not (url.hostname and url.username and password) or not _FOLDER.fullmatch(folder):
        raise Unavailable(_BAD_URL, code="mailbox_setting")
    if not given.get("organisation"):
        raise Unavailable(_NO_ORGANISATION, code="mailbox_setting")
    return Mailbox(
        host=url.hostname,
        port=port,
        secure=url.scheme == "imaps",
        user=unquote(url.username),
        password=password,
        folder=folder,
        organisation=given["organisation"],
        channel=given.get("channel", ""),
        ca_file=given.get("ca_file", ""),
    )


def _from_file(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as fault:
        raise Unavailable(_NO_PASSWORD, code="mailbox_setting", params={"path": path}) from fault


@dataclass(frozen=True)
class Arrived:
    """One mail on the server; `place` is its number there and never given twice."""

    uid: int
    place: str
    size: int
    arrived_at: datetime


class Folder:
    """The opened folder of a mailbox; whatever the server refuses, or a broken line, is `Unavailable`."""

    def __init__(self, client: imaplib.IMAP4, mailbox: Mailbox) -> None:
        self._client, self._mailbox = client, mailbox
        self._ask(lambda: client.select(f'"{mailbox.folder}"'))
        self.validity = (client.response("UIDVALIDITY")[1][0] or b"0").decode()

    def numbers(self, *, since: date) -> dict[int, str]:
        """Return the numbers of the mails that came on or after a day, each with its place, oldest first."""
        day = f"{since.day:02}-{_MONTHS[since.month - 1]}-{since.year}"
        found = self._ask(lambda: self._client.uid("SEARCH", "SINCE", day))
        uids = sorted(int(number) for line in found if line for number in line.split())
        return {uid: f"{self.validity}:{uid}" for uid in uids}

    def look(self, uid: int) -> Arrived | None:
        """Return size and moment of arrival; None when it is gone by now."""
        parts = self._ask(lambda: self._client.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)"))
        line = b" ".join(part if isinstance(part, bytes) else part[0] for part in parts if part)
        size, arrived = _SIZE.search(line), _ARRIVED.search(line)
        if size is None or arrived is None:
            return None
        at = parsedate_to_datetime(arrived[1].decode().strip().replace("-", " ", 2)).astimezone(UTC)
        return Arrived(uid, f"{self.validity}:{uid}", int(size[1]), at)

    def fetch(self, uid: int, *, head_only: bool = False) -> bytes:
        """Return a mail as it came, or its head, without marking it; nothing when it is gone by now."""
        wanted = "(BODY.PEEK[HEADER])" if head_only else "(BODY.PEEK[])"
        parts = self._ask(lambda: self._client.uid("FETCH", str(uid), wanted))
        return next((part[1] for part in parts if isinstance(part, tuple)), b"")

    def mark_read(self, uid: int) -> None:
        """Show people who look into the mailbox that this mail was taken."""
        self._ask(lambda: self._client.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)"))

    def _ask(self, command: Callable[[], tuple[str, list]]) -> list:
        with _answering(self._mailbox):
            status, parts = command()
            if status != "OK":
                raise imaplib.IMAP4.error(status)
            return parts


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[Folder]:
    """Open the mailbox for the length of the block; `Unavailable` with the reason while it cannot be used."""
    trusted = _trusted(mailbox)
    with _answering(mailbox):
        client = _connect(mailbox, trusted)
    try:
        with _answering(mailbox):
            client.login(mailbox.user, mailbox.password)
        yield Folder(client, mailbox)
    finally:
        _leave(client)


@contextmanager
def _answering(mailbox: Mailbox) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as fault:
        params = {"mailbox": mailbox.name, "reason": fault.verify_message}
        raise Unavailable(_UNTRUSTED, code="mailbox_untrusted", params=params) from fault
    except (imaplib.IMAP4.error, OSError) as fault:
        params = {"mailbox": mailbox.name, "reason": type(fault).__name__}
        raise Unavailable(_AWAY, code="mailbox_away", params=params) from fault


def _trusted(mailbox: Mailbox) -> ssl.SSLContext:
    """Return whose certificates are believed: those of the file that the operator names, else the system's."""
    try:
        return ssl.create_default_context(cafile=mailbox.ca_file or None)
    except OSError as fault:
        raise Unavailable(_NO_CA, code="mailbox_setting", params={"path": mailbox.ca_file}) from fault


def _connect(mailbox: Mailbox, trusted: ssl.SSLContext) -> imaplib.IMAP4:
    """Return a connection that nobody on the way can read; in the clear only to this very machine.

    Whoever names a certificate wants it to be asked for, on this machine too.
    """
    if mailbox.secure:
        return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=trusted, timeout=TIMEOUT)
    client = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=TIMEOUT)
    if mailbox.ca_file or not _is_here(mailbox.host):
        try:
            client.starttls(trusted)
        except (imaplib.IMAP4.error, OSError):
            with suppress(OSError):  # a handshake that failed has closed the line already
                client.shutdown()
            raise
    return client


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _leave(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (imaplib.IMAP4.error, OSError):
        client.shutdown()
