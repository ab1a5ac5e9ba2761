"""The carrier of a chaos run: a process of its own on loopback, with a log of its own that nothing else writes.

Like a real one it knows no idempotency, loses requests and answers, is slow at
times and now and then asks for patience. It can be asked by our reference. What
it accepted is on its disk before it answers.
"""

import http.client
import json
import os
import random
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from notifications.channels.channel import Outcome, Status, Submission, accepted, in_doubt, refused
from notifications.channels.simulator import Receipt, Simulator
from notifications.errors import ErrorClass

PATIENCE = 2.0
"""Seconds that a client waits for an answer."""


@dataclass(frozen=True)
class Weather:
    """How often, of all calls, something goes wrong on the way."""

    lost_before: float = 0.03  # the request never arrives
    lost_after: float = 0.03  # everything is accepted, the answer never arrives
    throttled: float = 0.02
    slow: float = 0.02  # everything is accepted, the answer comes late, perhaps too late
    slowest: float = 1.5 * PATIENCE
    travel: float = 0.0  # seconds of every answer's way

    def times(self, factor: float) -> "Weather":
        """Return the weather in which everything goes wrong so many times as often."""
        often = {name: factor * getattr(self, name) for name in ("lost_before", "lost_after", "throttled", "slow")}
        return replace(self, **often)


@dataclass(frozen=True)
class Accepted:
    """One line of the log."""

    at: float
    reference: str
    ref: str
    recipient: str
    kind: str


class Books:
    """What the carrier knows: its log on disk, and the same in memory to answer questions from."""

    def __init__(self, log: Path) -> None:
        self._file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._lock = threading.Lock()
        self._by_reference: dict[str, list[tuple[str, str]]] = {}
        self._all: list[tuple[str, str]] = []

    def accept(self, reference: str, letters: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
        taken = [(ref, f"c-{os.urandom(6).hex()}") for ref, _, _ in letters]
        lines = [
            json.dumps([time.time(), reference, ref, recipient, kind], ensure_ascii=False) + "\n"
            for ref, recipient, kind in letters
        ]
        with self._lock:
            os.write(self._file, "".join(lines).encode())
            self._by_reference.setdefault(reference, []).extend(taken)
            self._all += taken
        return taken

    def held(self, reference: str) -> list[tuple[str, str]]:
        with self._lock:
            return list(self._by_reference.get(reference, ()))

    def since(self, seen: int) -> list[tuple[str, str]]:
        with self._lock:
            return self._all[seen:]


def read(log: Path) -> Iterator[Accepted]:
    """Yield what the carrier has accepted, in its order."""
    for line in log.read_text().splitlines():
        yield Accepted(*json.loads(line))


def listener() -> socket.socket:
    """Return a socket on a free port of loopback, for a carrier that is forked later."""
    return socket.create_server(("127.0.0.1", 0), backlog=64)


def serve(listening: socket.socket, log: Path, weather: Weather, *, seed: int) -> int:
    """Accept and answer until killed."""
    books, dice = Books(log), random.Random(seed)  # noqa: S311 - a seed repeats a run

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            letters = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            draw = dice.random()
            if draw < weather.lost_before:
                self.close_connection = True
                return
            draw -= weather.lost_before
            if draw < weather.throttled:
                self._say(HTTPStatus.TOO_MANY_REQUESTS, [])
                return
            draw -= weather.throttled
            taken = books.accept(self.path.rsplit("/", 1)[1], letters)
            if draw < weather.lost_after:
                self.close_connection = True
                return
            draw -= weather.lost_after
            time.sleep(dice.uniform(0, weather.slowest) if draw < weather.slow else weather.travel)
            self._say(HTTPStatus.OK, taken)

        def do_GET(self) -> None:
            question, about = self.path.strip("/").split("/")
            if dice.random() < weather.lost_after:
                self.close_connection = True
                return
            self._say(HTTPStatus.OK, books.held(about) if question == "held" else books.since(int(about)))

        def _say(self, status: HTTPStatus, rows: Sequence[tuple[str, str]]) -> None:
            body = json.dumps(rows).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a client was killed while it spoke

    server = Server(listening.getsockname(), Answering, bind_and_activate=False)
    server.socket = listening
    server.serve_forever()
    return 0


class Remote(Simulator):
    """The channel to that carrier, in place of the simulator's own file."""

    batch_size = 50

    def __init__(self, port: int) -> None:
        self._port = port
        self._seen = 0
        self._connection: http.client.HTTPConnection | None = None
        with suppress(OSError):
            self._connected()  # beforehand: what lies between the guard and the first byte is short

    def send(self, messages, *, reference):
        letters = [(message.ref, message.recipient, message.kind) for message in messages]
        try:
            self._connected()
        except OSError as fault:
            why = str(fault)
            return _all(reference, messages, lambda each: refused(each, ErrorClass.TRANSIENT, "", detail=why))
        try:
            status, taken = self._ask("POST", f"/send/{reference}", json.dumps(letters).encode())
        except (OSError, http.client.HTTPException) as fault:
            why = type(fault).__name__
            return _all(reference, messages, lambda each: in_doubt(each, "", detail=why))
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return _all(reference, messages, lambda each: refused(each, ErrorClass.THROTTLED, "", detail="429"))
        ids = dict(taken)
        return _all(reference, messages, lambda each: accepted(each, ids[each.ref]))

    def ask(self, reference):
        _, held = self._ask("GET", f"/held/{reference}")
        return Submission(reference, tuple(Outcome(ref, Status.ACCEPTED, number) for ref, number in held))

    def receipts(self):
        _, rows = self._ask("GET", f"/receipts/{self._seen}")
        self._seen += len(rows)
        return tuple(Receipt(ref, number, "delivered") for ref, number in rows)

    def _ask(self, method, path, body=None):
        connection = self._connected()
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            connection.close()
            self._connection = None
            raise

    def _connected(self):
        if self._connection is None:
            fresh = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
            fresh.connect()
            self._connection = fresh
        return self._connection


def _all(reference, messages, answer):
    return Submission(reference, tuple(answer(each) for each in messages))
