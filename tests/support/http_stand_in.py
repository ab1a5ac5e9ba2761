"""A provider on this machine: a real HTTP server that answers as it is told and logs what it has taken.

What a provider takes is appended to `carrier` before the answer leaves, so a test
counts acceptances there and not by what we were told. A mood holds for one call.
"""

import json
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit


class Mood(StrEnum):
    TAKES = "takes"
    RESETS_BEFORE = "resets before it takes anything"
    TAKES_THEN_RESETS = "takes it, then resets"
    TAKES_LATE = "takes it and answers too late"
    DRIPS = "takes it and answers a byte at a time"
    BROKEN = "takes it and answers 502 with a page"


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    path: str
    raw_query: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class StandIn:
    """A provider: `answer_to` says what it answers and takes; a test sets `moods` for the next calls."""

    url: str = ""
    moods: deque = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    carrier: list[dict] = field(default_factory=list)
    late_seconds: float = 1.0

    def answer_to(self, asked: Asked) -> tuple[int, object]:
        raise NotImplementedError

    def may_be_moody(self, _asked: Asked) -> bool:
        return True


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stand_in: StandIn

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, parts.query, headers, body)
        provider = self.stand_in
        provider.asked.append(asked)
        mood = provider.moods.popleft() if provider.moods and provider.may_be_moody(asked) else Mood.TAKES
        if mood == Mood.RESETS_BEFORE:
            return _reset(self.connection)
        status, said = provider.answer_to(asked)
        if mood == Mood.TAKES_THEN_RESETS:
            return _reset(self.connection)
        if mood == Mood.TAKES_LATE:
            time.sleep(provider.late_seconds)
        if mood == Mood.BROKEN:
            status, said = 502, "<html>Bad Gateway</html>"
        return self._say(status, said, slowly=mood == Mood.DRIPS)

    do_GET = do_POST  # noqa: N815 - the name that the server calls

    def _say(self, status: int, said: object, *, slowly: bool) -> None:
        body = said.encode() if isinstance(said, str) else json.dumps(said, ensure_ascii=False).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", str(said))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for at in range(len(body)) if slowly else [None]:
                self.wfile.write(body if at is None else body[at : at + 1])
                time.sleep(0.05 if slowly else 0)
        except OSError:
            pass  # whoever asked has hung up

    def log_message(self, *_words: object) -> None:
        pass


@contextmanager
def running(provider: StandIn, *, tls: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    """Let a provider listen for the length of the block."""
    desk = type("Desk", (_Desk,), {"stand_in": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), desk)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_where: None  # a reset connection is part of the play
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
