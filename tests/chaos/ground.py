"""What a run stands on: a private database that can crash, a queue server that can die, one loaded application."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from flask import Flask
from redis import Redis, RedisError
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from casework import demo
from casework.app import create_app
from casework.cli import queue_server, schema, sessions
from casework.config import Settings
from casework.db import db, open_engine
from casework.jobs import carriers
from tests.chaos.carrier import Remote
from tests.chaos.settings import CHANNEL, settings_at
from tests.support.postgres import Cluster, cluster


@dataclass
class Ground:
    """The servers and the application of one run."""

    folder: Path
    app: Flask
    url: str
    queue: queue_server.QueueServer
    cluster: Cluster | None
    _queue_process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def carrier_log(self) -> Path:
        return self.folder / "carrier.log"

    def engine(self) -> Engine:
        """Return a way to the database that keeps no connection, for whoever only looks."""
        looking = create_engine(self.url, poolclass=NullPool)
        open_engine(looking)
        return looking

    def crash_database(self, pause: float) -> None:
        assert self.cluster is not None
        self.cluster.crash()
        time.sleep(pause)
        self.cluster.start()

    def start_queue(self) -> None:
        self._queue_process = sessions.start(self.queue.argv, env={}, output=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not self.queue.is_ready() and time.monotonic() < deadline:
            time.sleep(0.02)

    def kill_queue(self) -> None:
        if self._queue_process is not None:
            sessions.end(self._queue_process)
            self._queue_process = None

    def flush_queue(self) -> bool:
        try:
            with Redis.from_url(self.queue.url, socket_timeout=2) as connection:
                return bool(connection.flushall())
        except RedisError:
            return False


@contextmanager
def ground(engine: str, *, port: int) -> Iterator[Ground]:
    """Yield the ground of a run, its database migrated and its queue server up; gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="casework-chaos-")))
        for name in ("files", "staging"):
            (folder / name).mkdir()
        own = None
        url = f"sqlite:///{folder / 'casework.sqlite3'}"
        if engine == "postgresql":
            # What was committed survives a crash of the server; fsync stays off, for the machine itself does not fall.
            own = stack.enter_context(cluster(synchronous_commit="on", full_page_writes="on"))
            url = own.url
        queue = queue_server.at(folder)
        app = create_app(settings_of(folder, url, queue.url))
        _speak_to(port)
        with app.app_context():
            schema.upgrade()
            db.session.remove()
            db.engine.dispose()
        made = Ground(folder, app, url, queue, own)
        made.start_queue()
        stack.callback(made.kill_queue)
        yield made


def settings_of(folder: Path, url: str, queue_url: str) -> Settings:
    """Return the settings of an installation in this folder, its clock on a working morning."""
    # A working morning, whatever the hour of the machine.
    return settings_at(folder, url, queue_url, clock_offset=demo.STARTS_AT - datetime.now(UTC))


def _speak_to(port: int) -> None:
    """Let the channel `simulator` of this process, and of all that it forks, lead to the run's own carrier."""
    carriers._BUILT = MappingProxyType({**carriers._BUILT, CHANNEL: lambda _settings: Remote(port)})
