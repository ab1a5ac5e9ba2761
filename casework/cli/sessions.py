"""A process in a session of its own, and the end of everything that it started.

A process group is not enough: a worker forks each job into a new group. The
session stays the same for all descendants that do not ask for another, so it
is the name by which leftovers are found when their leader is gone.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def start(argv: Sequence[str], *, env: Mapping[str, str], output: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Start `argv` in a new session with `env` added to our environment; both its outputs go to `output`.

    Ctrl-C in the terminal does not reach it. On Linux it is asked to stop
    (SIGTERM) when the thread that called this dies, however it dies.
    """
    return subprocess.Popen(  # noqa: S603 - the commands are our own
        argv,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_the_parent if _prctl else None,  # noqa: PLW1509 - one system call, looked up beforehand
    )


def end(process: subprocess.Popen[bytes]) -> int:
    """Kill the process and whatever is left of its session; return its exit status (−9 when killed here)."""
    for pid in _all_pids():
        try:
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue  # gone meanwhile, or not ours
    return process.wait()


def die_with_the_parent(number: int) -> None:
    """Let this process get a signal when the thread that forked it dies; nothing where the system cannot (macOS)."""
    if _prctl:
        _prctl(PR_SET_PDEATHSIG, number)


def _die_with_the_parent() -> None:
    die_with_the_parent(signal.SIGTERM)


def _all_pids() -> list[int]:
    if Path("/proc/self").exists():
        return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]
    listing = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=True)  # noqa: S607 - where `ps` lies differs
    return [int(pid) for pid in listing.stdout.split()]
