"""A real IMAP server on this machine, in a process of its own, with one mailbox that tests put mails into."""

import imaplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from tests.support.certificates import Certificate
from tests.support.services import Missing

HOST, USER, PASSWORD = "127.0.0.1", "leads@edu.example.com", "p@ss:w/rd"
PATIENCE = 60.0
# Half a million rounds of hashing for each of a test's many logins protect nothing here.
_SERVE = """
import sys
from pymap.main import main
from pysasl.hashing import BuiltinHash
BuiltinHash.__init__.__kwdefaults__["rounds"] = 1000
sys.exit(main())
"""


@dataclass(frozen=True)
class ImapServer:
    """Where it listens, and what a person with a mail program could do with the mailbox."""

    port: int
    trusted: Path | None = None  # the certificate to be asked for; none: it speaks in the clear

    @property
    def url(self) -> str:
        """Return what an operator would write into the settings."""
        return f"imap://{quote(USER)}:{quote(PASSWORD, safe='')}@{HOST}:{self.port}/INBOX"

    def put(self, mail: EmailMessage | bytes, *, at: datetime, seen: bool = False) -> int:
        """Deliver a mail as if it had come at that moment; return its number."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        with self._open() as client:
            when = imaplib.Time2Internaldate(at)
            _, (answer,) = client.append("INBOX", "(\\Seen)" if seen else "", when, raw)
        return int(answer.split(b"]")[0].split()[-1])

    def unread(self) -> set[int]:
        """Return the numbers of the mails that nobody has marked as read."""
        return self._find("UNSEEN")

    def all(self) -> set[int]:
        """Return the numbers of all mails."""
        return self._find("ALL")

    def empty(self) -> None:
        """Delete every mail; numbers are never given twice."""
        with self._open() as client:
            for number in self._find("ALL"):
                client.uid("STORE", str(number), "+FLAGS.SILENT", "(\\Deleted)")
            client.expunge()

    def _find(self, criterion: str) -> set[int]:
        with self._open() as client:
            _, (found,) = client.uid("SEARCH", criterion)
        return set(map(int, (found or b"").split()))

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(HOST, self.port, timeout=10) as client:
            if self.trusted is not None:
                client.starttls(ssl.create_default_context(cafile=self.trusted))
            client.login(USER, PASSWORD)
            client.select("INBOX")
            yield client


@contextmanager
def running(certificate: Certificate | None = None) -> Iterator[ImapServer]:
    """Run a server for the length of the block, with STARTTLS when it is given a certificate.

    Raises `Missing` where the library that serves is not installed.
    """
    if find_spec("pymap") is None:
        raise Missing("the library pymap is not installed")
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    demo = ("dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD)
    argv = (sys.executable, "-c", _SERVE, "--host", HOST, "--port", str(port), *_tls(certificate), *demo)
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield ImapServer(port, certificate.authority if certificate else None)
        finally:
            process.terminate()


def _tls(certificate: Certificate | None) -> tuple[str, ...]:
    return ("--cert", str(certificate.chain), "--key", str(certificate.key)) if certificate else ("--no-tls",)


def _wait(port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Missing(f"the IMAP server ended with status {process.returncode}")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Missing("the IMAP server did not answer")
