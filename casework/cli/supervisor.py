"""Keep the processes of one installation running, and end them in the right order.

Each child lives in a session of its own, so a Ctrl-C in the terminal reaches
this process alone, and the queue server is still there while the workers put
their work down. When a worker dies, whatever is left of its session is killed
before it is started again, or the job that it forked would run twice at once.

In production systemd or a container platform does this work.
"""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import FrameType
from typing import IO

from casework.cli import sessions
from casework.errors import N_

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HURRY = 2  # a second signal means: at once
TICK = 0.05
LAST_WORDS = 1.0  # seconds for what a child said at its end to be passed on


@dataclass(frozen=True, kw_only=True)
class Child:
    """One process to keep: children start in the order given, and stop by `stop_rank`, lowest first.

    `ready` is asked again and again until it says yes; it must not raise.
    After `grace` seconds of asking politely the child and its session are killed.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    ready_within: float = 60.0
    stop_rank: int = 0
    grace: float = 15.0


@dataclass
class _Place:
    """Where a child stands: its process while it runs, and when to try again while it does not."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    retry_at: float = 0.0

    def bury(self) -> int:
        """Kill what is left of the child, empty the place, and return its exit status."""
        process, self.process = self.process, None
        return sessions.end(process) if process else 0

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


class Supervisor:
    """Start, watch, restart and stop children; `say(name, line)` hears every line, `translate` words our own."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        say: Callable[[str, str], None] | None = None,
        translate: Callable[[str], str] = str,
        first_pause: float = 0.5,
        longest_pause: float = 30.0,
        steady_after: float = 60.0,
    ) -> None:
        self._places = [_Place(child) for child in children]
        self._say, self._translate = say or _print, translate
        self._first_pause, self._longest_pause, self._steady_after = first_pause, longest_pause, steady_after
        self._relays: list[threading.Thread] = []
        self._asked = 0

    def run(self, *, on_ready: Callable[[], None] = lambda: None) -> int:
        """Keep the children until a signal asks to stop; `on_ready` is called once, when all of them are.

        Returns 0 after an orderly stop, 130 when a second signal cut it short,
        1 when a child could not be started at all. Call it from the main thread.
        """
        before = {number: signal.signal(number, self._hear) for number in STOP_SIGNALS}
        try:
            started = all(self._start(place) for place in self._places)
            if started:
                on_ready()
            while started and not self._asked:
                for place in self._places:
                    self._watch(place)
                time.sleep(TICK)
            self._stop()
        finally:
            for place in self._places:
                place.bury()
            for relay in self._relays:
                relay.join(LAST_WORDS)
            for number, earlier in before.items():
                signal.signal(number, earlier)
        if self._asked >= HURRY:
            return 130
        return 0 if self._asked else 1

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1

    def _start(self, place: _Place) -> bool:
        """Start a child and wait for it; one that cannot start even once has a fault that no restart mends."""
        self._spawn(place)
        while not self._asked:
            if place.has_ended():
                self._tell(N_("%(name)s 未能启动（退出码 %(code)s），原因见上方它的输出。"), place, code=place.bury())
                return False
            if place.child.ready():
                return True
            if time.monotonic() > place.started_at + place.child.ready_within:
                self._tell(N_("%(name)s 在 %(limit)g 秒内未就绪，停止启动。"), place, limit=place.child.ready_within)
                return False
            time.sleep(TICK)
        return False

    def _watch(self, place: _Place) -> None:
        now = time.monotonic()
        if place.process is None and now >= place.retry_at:
            self._spawn(place)
        if not place.has_ended():
            return
        place.failures = 1 if now - place.started_at > self._steady_after else place.failures + 1
        pause = min(self._longest_pause, self._first_pause * 2 ** min(place.failures - 1, 16))
        place.retry_at = now + pause
        words = N_("%(name)s 已退出（退出码 %(code)s），%(pause)g 秒后重新启动。")
        self._tell(words, place, code=place.bury(), pause=pause)

    def _spawn(self, place: _Place) -> None:
        place.started_at = time.monotonic()
        place.process = sessions.start(place.child.argv, env=place.child.env)
        relay = threading.Thread(target=self._relay, args=(place.child.name, place.process.stdout), daemon=True)
        relay.start()
        self._relays = [*(each for each in self._relays if each.is_alive()), relay]

    def _relay(self, name: str, output: IO[bytes]) -> None:
        with output:
            for line in output:
                self._say(name, line.decode(errors="replace").rstrip())

    def _stop(self) -> None:
        for _, group in groupby(sorted(self._places, key=_stop_rank), key=_stop_rank):
            places = [place for place in group if place.process]
            for place in places:
                place.process.terminate()  # type: ignore[union-attr] # the leader alone: a worker finishes its job
            deadline = time.monotonic() + max((place.child.grace for place in places), default=0.0)
            while self._asked < HURRY and time.monotonic() < deadline and not all(p.has_ended() for p in places):
                time.sleep(TICK)
            for place in places:
                words = N_("%(name)s 已停止。") if place.has_ended() else N_("%(name)s 未按时退出，已强制结束。")
                place.bury()
                self._tell(words, place)

    def _tell(self, message: str, place: _Place, **params: object) -> None:
        self._say("supervisor", self._translate(message) % {"name": place.child.name, **params})


def _stop_rank(place: _Place) -> int:
    return place.child.stop_rank


def _print(name: str, line: str) -> None:
    print(f"{name:<10} | {line}", flush=True)  # noqa: T201 - the terminal is what it is for
