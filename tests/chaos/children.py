"""Processes that are killed and come again: each in a session of its own, forked from one that has everything loaded.

A dead leader stays unburied as long as something of its session lives, so its
number names nobody else. Linux only: sessions and children are read from /proc.
"""

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl


@dataclass
class Child:
    """One place and the process that fills it."""

    name: str
    role: str
    work: Callable[[], int]
    again_after: float | None
    pid: int = 0
    died_at: float = 0.0

    @property
    def alive(self) -> bool:
        return self.pid != 0


@dataclass
class Children:
    """Starts, watches and ends; everything goes by a number that was started here."""

    log: Path
    places: list[Child] = field(default_factory=list)
    _sessions: list[int] = field(default_factory=list)

    def keep(self, name: str, work: Callable[[], int], *, role: str, again_after: float | None = 0.2) -> Child:
        """Start a process; with `again_after` another takes its place so many seconds after its end."""
        child = Child(name, role, work, again_after)
        self.places.append(child)
        self._start(child)
        return child

    def mind(self) -> None:
        """Notice who has ended, and start again what is to be kept."""
        now = time.monotonic()
        for child in self.places:
            if child.alive and _ended(child.pid):
                child.pid, child.died_at = 0, now
            if not child.alive and child.again_after is not None and now - child.died_at >= child.again_after:
                self._start(child)
        for leader in self._sessions[:]:
            if _ended(leader) and members(leader) == [leader]:
                os.waitpid(leader, 0)
                self._sessions.remove(leader)

    def of(self, role: str) -> list[Child]:
        return [child for child in self.places if child.role == role and child.alive]

    def horses(self) -> list[int]:
        """Return the processes that workers have forked for their jobs, orphans among them."""
        leaders = {child.pid for child in self.places}
        return [pid for leader in self._sessions for pid in members(leader) if pid not in leaders and not _zombie(pid)]

    def end(self) -> None:
        """Kill everything that was started and everything that it started."""
        for _ in range(3):
            for leader in self._sessions:
                for pid in members(leader):
                    send(pid, signal.SIGKILL)
        for leader in self._sessions:
            os.waitpid(leader, 0)
        self._sessions.clear()

    def _start(self, child: Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _live(child.work, self.log)
        child.pid = pid
        self._sessions.append(pid)


def members(session: int) -> list[int]:
    """Return the processes of a session, its unburied leader among them."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                if os.getsid(int(folder.name)) == session:
                    found.append(int(folder.name))
            except ProcessLookupError:
                continue
    return found


def send(pid: int, number: signal.Signals) -> bool:
    """Send a signal to one of ours; False when it was gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _live(work: Callable[[], int], log: Path) -> None:
    status = 1
    try:
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(output, 1)
        os.dup2(output, 2)
        status = work()
    except BaseException:  # noqa: BLE001 - the end of a process: whatever it was stands in the log
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _ended(pid: int) -> bool:
    """Say whether one of our own children has ended, and leave it unburied."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def shuffled(dice, choices: Sequence):
    """Return one of the choices, or None when there is none."""
    return dice.choice(choices) if choices else None
