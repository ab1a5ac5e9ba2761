"""One HTTP request to a provider, with every way to fail told apart, and nothing done twice.

What matters to whoever asked is whether the other side may have taken the
request. Until a connection stands (and, with TLS, is the right server's) it
surely has not: `NotSent`. From then on it may have: `AnswerLost`. There are no
retries, no redirects, no proxies, and one time limit for the whole of it: a
server that sends a byte every few seconds does not hold us up for longer.
Addresses and numbers stand in bodies and queries, so nothing of either is logged.
"""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Timer
from urllib.parse import SplitResult, urlsplit

IpAddress = IPv4Address | IPv6Address
_PORTS = {"http": 80, "https": 443}
_CHUNK = 16 * 1024


class NotSent(OSError):  # noqa: N818 - it names what happened, not a fault
    """Nobody was reached: the other side surely has nothing of this."""


class AddressForbidden(NotSent):
    """The name leads to an address that may not be called."""


class AnswerLost(OSError):  # noqa: N818 - it names what happened, not a fault
    """The request was on its way and no whole answer came: the other side may have taken it."""


@dataclass(frozen=True)
class Request:
    """What to send; headers name everything but the length."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Limits:
    """Seconds for the whole call, and bytes of the answer that are read at most."""

    seconds: float = 10.0
    answer_bytes: int = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """The status and body of an answer; a body over the limit is cut off."""

    status: int
    body: bytes

    @property
    def fields(self) -> Mapping[str, object]:
        """The body as a JSON object; empty when it is none."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


def call(
    request: Request,
    *,
    limits: Limits | None = None,
    permit: Callable[[IpAddress], bool] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Send a request once and return the answer, whatever its status.

    With `permit`, the address that the name leads to is checked and then used: a
    name that answers differently the second time gains nothing. Raises `NotSent`
    (of which `AddressForbidden` is one) or `AnswerLost`.
    """
    bounds = limits or Limits()
    end = time.monotonic() + bounds.seconds
    parts = urlsplit(request.url)
    line = _connect(parts, end=end, permit=permit, tls=tls)
    connection = http.client.HTTPConnection(parts.hostname or "", timeout=bounds.seconds)
    connection.sock = line
    # A socket's own timeout begins anew with every byte; this one does not.
    guard = Timer(max(0.0, end - time.monotonic()), _hang_up, [line])
    guard.daemon = True
    guard.start()
    with closing(connection):
        try:
            return _exchange(connection, request, parts, bounds)
        except (OSError, http.client.HTTPException) as broken:
            raise AnswerLost(type(broken).__name__) from broken
        finally:
            guard.cancel()


def _exchange(connection: http.client.HTTPConnection, request: Request, parts: SplitResult, bounds: Limits) -> Answer:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request(
        request.method,
        target,
        body=request.body or None,
        headers={"Host": parts.netloc, "Connection": "close", **request.headers},
    )
    with connection.getresponse() as response:
        body = b""
        while len(body) < bounds.answer_bytes:
            some = response.read1(min(_CHUNK, bounds.answer_bytes - len(body)))
            if not some:
                break
            body += some
        if response.length and len(body) < bounds.answer_bytes:
            raise http.client.IncompleteRead(b"", response.length)
        return Answer(response.status, body)


def _connect(
    parts: SplitResult,
    *,
    end: float,
    permit: Callable[[IpAddress], bool] | None,
    tls: ssl.SSLContext | None,
) -> socket.socket:
    if parts.scheme not in _PORTS or not parts.hostname:
        raise NotSent("not a web address")
    port = parts.port or _PORTS[parts.scheme]
    try:
        places = [str(place[4][0]) for place in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
        if permit is not None and not all(permit(ip_address(place)) for place in places):
            raise AddressForbidden("the name leads to an address that may not be called")
        line = socket.create_connection((places[0], port), timeout=max(0.1, end - time.monotonic()))
    except NotSent:
        raise
    except (OSError, ValueError, UnicodeError) as problem:
        raise NotSent(type(problem).__name__) from problem
    if parts.scheme == "http":
        return line
    try:
        return (tls or ssl.create_default_context()).wrap_socket(line, server_hostname=parts.hostname)
    except OSError as problem:
        line.close()
        raise NotSent(type(problem).__name__) from problem


def _hang_up(line: socket.socket) -> None:
    """End a call whose time is over; the reader then sees the end of the stream."""
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
