"""A virus scanner for tests: a real server that speaks clamd's INSTREAM, on a TCP port or a socket file.

It finds what holds the marker, refuses what is larger than its limit as clamd
does, and says what it was given, so that a test can see that everything arrived.
"""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MARKER = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}"


@dataclass
class Scanner:
    """Where it listens, what it was given, and what it says instead of a verdict when a test wants so."""

    address: str
    limit: int = 25_000_000
    instead: bytes | None = None
    given: list[bytes] = field(default_factory=list)


class _Channel(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        scanner: Scanner = self.server.scanner
        if self.rfile.read(len(b"zINSTREAM\0")) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        scanner.given.append(content)
        self.wfile.write((scanner.instead or _verdict(scanner, content)) + b"\0")


def _verdict(scanner: Scanner, content: bytes) -> bytes:
    if len(content) > scanner.limit:
        return b"INSTREAM size limit exceeded. ERROR"
    return b"stream: Eicar-Test-Signature FOUND" if MARKER in content else b"stream: OK"


@contextmanager
def scanner(*, socket_file=None) -> Iterator[Scanner]:
    """Yield a scanner that listens until the end of the block."""
    kind = socketserver.ThreadingUnixStreamServer if socket_file else socketserver.ThreadingTCPServer
    with kind(str(socket_file) if socket_file else ("127.0.0.1", 0), _Channel) as server:
        server.daemon_threads = True
        where = f"unix://{socket_file}" if socket_file else f"tcp://127.0.0.1:{server.server_address[1]}"
        server.scanner = Scanner(where)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.scanner
        finally:
            server.shutdown()
            thread.join()
