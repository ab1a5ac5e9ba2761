"""What must be free before anything is started: the port, and the data folder."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casework.errors import N_, Unavailable


def require_free_port(host: str, port: int) -> None:
    """Raise `Unavailable`, with what to do, when the web server could not listen on this address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            params = {"host": host, "port": port, "other": port + 1, "reason": os.strerror(fault.errno or 0)}
            if fault.errno == errno.EADDRINUSE:
                words = N_(
                    "端口 %(port)s 已被其他程序占用。请先停止那个程序，或换一个端口，例如 make run PORT=%(other)s。"
                )
                raise Unavailable(words, code="port_taken", params=params) from fault
            words = N_("无法在 %(host)s 的端口 %(port)s 上监听（%(reason)s）。请换一个地址或端口。")
            raise Unavailable(words, code="port_refused", params=params) from fault


@contextmanager
def sole_use(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process for the length of the block.

    The lock belongs to the open file, so it is gone whenever this process is,
    and the pid in the file is only there to be told. Raises `Unavailable`
    when another supervisor lives on the same folder.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "supervisor.pid").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            lock.seek(0)
            words = N_(
                "数据目录 %(path)s 正由另一个 casework（进程 %(pid)s）使用。请先停止它，或用 CASEWORK_DATA 换一个目录。"
            )
            params = {"path": str(data_dir), "pid": lock.read().strip() or "?"}
            raise Unavailable(words, code="data_folder_taken", params=params) from fault
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
