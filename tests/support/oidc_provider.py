"""An OpenID Connect provider in a process of its own: Authlib's authorization server, with real keys, on loopback.

A test says over HTTP who is signed in there and what the provider shall get wrong
(`POST /told`); a fault holds until the next thing is said.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import Request, urlopen

HOST = "127.0.0.1"
CLIENT, SECRET = "casework", "a secret of the tests"
PATIENCE = 30


@dataclass(frozen=True)
class Running:
    """A provider that answers at `issuer`."""

    issuer: str

    def tell(self, **told: object) -> None:
        """Say who is signed in there (`login`, `subject`, `amr`) and what it shall get wrong (`fault`)."""
        body = json.dumps(told).encode()
        urlopen(Request(f"{self.issuer}/told", data=body, headers={"Content-Type": "application/json"})).close()  # noqa: S310 - our own


@contextmanager
def running(module: str = "tests.support.oidc_server") -> Iterator[Running]:
    """Run a server of the tests in another process for the length of the block."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", module, str(port)])
    try:
        _wait_for(f"http://{HOST}:{port}/ready")
        yield Running(f"http://{HOST}:{port}")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(address: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urlopen(address).close()  # noqa: S310 - our own
        except URLError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(address)
