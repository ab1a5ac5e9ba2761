"""The queue server that the product itself embeds, in a folder of the tests' own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casework.cli import queue_server
from casework.errors import Unavailable
from tests.support.services import Missing


@contextmanager
def running() -> Iterator[str]:
    """Yield the URL of an empty queue server; raise `Missing` when this platform has no binary."""
    with tempfile.TemporaryDirectory(prefix="casework-queue-") as folder:
        server = queue_server.at(Path(folder))
        try:
            _ = server.argv
        except Unavailable as fault:
            raise Missing(str(fault)) from fault
        with server.running() as url:
            yield url
