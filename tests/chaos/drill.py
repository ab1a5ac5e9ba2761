"""One run: start everything, do harm for so many seconds, wait until it is quiet, count."""

import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from casework.cli.schedule import schedule
from casework.cli.work import work
from casework.db import db
from tests.chaos import carrier, facts, naive, office, times
from tests.chaos.children import Child, Children, send, shuffled
from tests.chaos.ground import Ground, ground
from tests.chaos.times import Times

TICK = 0.03
STOPPED = (1.0, 8.0)


@dataclass(frozen=True)
class Drill:
    """What is to be done, and how often: seconds between two of a sort, on average; 0 means never."""

    engine: str = "postgresql"
    seconds: float = 60.0
    seed: int = 1
    letters: int = 1500
    cases: int = 300
    workers: int = 2
    schedulers: int = 2
    times: Times = times.SHORT
    horse_kills: float = 0.7
    other_kills: float = 3.0
    stops: float = 2.5
    crashes: float = 18.0
    flushes: float = 9.0
    queue_kills: float = 20.0
    weather: float = 1.0  # how often the carrier misbehaves, as a multiple of what it ordinarily does


@dataclass
class Course:
    """A run under way."""

    drill: Drill
    ground: Ground
    children: Children
    dice: random.Random
    done: facts.Done = field(default_factory=facts.Done)
    frozen: dict[int, float] = field(default_factory=dict)

    def harm(self) -> None:
        """Do all the harm of the run, each sort at moments of its own."""
        drill, end = self.drill, time.monotonic() + self.drill.seconds
        sorts: list[tuple[float, Callable[[], None]]] = [
            (drill.horse_kills, self._kill_horse),
            (drill.other_kills, self._kill_other),
            (drill.stops, self._stop),
            (drill.crashes if self.ground.cluster else 0, self._crash),
            (drill.flushes, self._flush),
            (drill.queue_kills, self._kill_queue),
        ]
        due = {act: self._next(every) for every, act in sorts if every}
        pauses = {act: every for every, act in sorts}
        while time.monotonic() < end:
            self.children.mind()
            self._thaw()
            for act, at in list(due.items()):
                if time.monotonic() >= at:
                    act()
                    due[act] = self._next(pauses[act])
            time.sleep(TICK)
        self._thaw(everybody=True)

    def rest(self) -> bool:
        """Wait without further harm until nothing is under way; say whether that came about in time."""
        end, engine = time.monotonic() + self.drill.times.longest_quiet, self.ground.engine()
        while time.monotonic() < end:
            self.children.mind()
            told = office.read(self.ground.folder / "ledger")
            if told and told[-1].what == "end" and facts.waiting(engine, _service_now(self.ground)) == 0:
                return True
            time.sleep(0.5)
        return False

    def _next(self, every: float) -> float:
        return time.monotonic() + self.dice.uniform(0.3, 1.7) * every

    def _kill_horse(self) -> None:
        pid = shuffled(self.dice, self.children.horses())
        if pid and send(pid, signal.SIGKILL):
            self.done.kills["horse"] += 1

    def _kill_other(self) -> None:
        child = self._anybody()
        if child and send(child.pid, signal.SIGKILL):
            self.done.kills[child.role] += 1

    def _stop(self) -> None:
        """Freeze a process for a while: a horse more often than its worker, for it is the one that sends."""
        child = self._anybody()
        pid = shuffled(self.dice, self.children.horses()) if self.dice.random() < 0.7 else child and child.pid
        if pid and pid not in self.frozen and send(pid, signal.SIGSTOP):
            self.frozen[pid] = time.monotonic() + self.dice.uniform(*STOPPED)
            self.done.stops += 1

    def _thaw(self, *, everybody: bool = False) -> None:
        for pid in [pid for pid, until in self.frozen.items() if everybody or time.monotonic() >= until]:
            del self.frozen[pid]
            send(pid, signal.SIGCONT)

    def _crash(self) -> None:
        self.ground.crash_database(self.dice.uniform(0.2, 1.5))
        self.done.crashes += 1

    def _flush(self) -> None:
        self.done.flushes += self.ground.flush_queue()

    def _kill_queue(self) -> None:
        self.ground.kill_queue()
        time.sleep(self.dice.uniform(0.2, 1.5))
        self.ground.start_queue()
        self.done.queue_kills += 1

    def _anybody(self) -> Child | None:
        return shuffled(
            self.dice, [child for role in ("worker", "scheduler", "naive") for child in self.children.of(role)]
        )


def run(drill: Drill) -> tuple[facts.Done, facts.Seen, bool]:
    """Do the whole run; return what was done, what was seen, and whether it came to rest."""
    times.take(drill.times)
    listening = carrier.listener()
    port = listening.getsockname()[1]
    with ground(drill.engine, port=port) as made:
        plan, promised = office.prepare(
            made.app, letters=drill.letters, cases=drill.cases, seconds=drill.seconds, seed=drill.seed
        )
        naive.write(made.engine(), count=max(300, drill.letters // 3), seconds=0.9 * drill.seconds)
        with _children(made) as children:
            weather = carrier.Weather().times(drill.weather)
            carry = partial(carrier.serve, listening, made.carrier_log, weather, seed=drill.seed)
            children.keep("carrier", carry, role="carrier", again_after=None)
            listening.close()
            for number in range(drill.workers):
                children.keep(f"worker-{number}", partial(_alone, made, work), role="worker")
            for number in range(drill.schedulers):
                wake = partial(schedule, wake_every=drill.times.wake_every)
                children.keep(f"scheduler-{number}", partial(_alone, made, wake), role="scheduler")
            lease = timedelta(seconds=drill.times.lease)
            children.keep("naive", lambda: naive.work(made.engine(), port, lease), role="naive")
            ledger = made.folder / "ledger"
            living = partial(office.live, made.app, plan, promised, ledger, seed=drill.seed)
            children.keep("office", living, role="office", again_after=None)
            course = Course(drill, made, children, random.Random(drill.seed))  # noqa: S311 - a seed repeats a run
            course.harm()
            rested = course.rest()
            told, log = office.read(ledger), list(carrier.read(made.carrier_log))
            offset = made.app.extensions["casework"].clock_offset.total_seconds()
            seen = facts.look(made.engine(), told, log, offset=offset, guard=drill.times.guard)
        if not rested:
            sys.stderr.write((made.folder / "processes.log").read_text()[-8000:])
    return course.done, seen, rested


def _alone(made: Ground, keep: Callable) -> int:
    """Keep a process of the service, on connections of its own."""
    with made.app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
    return keep(made.app)


@contextmanager
def _children(made: Ground) -> Iterator[Children]:
    children = Children(made.folder / "processes.log")
    try:
        yield children
    finally:
        children.end()


def _service_now(made: Ground) -> datetime:
    return datetime.now(UTC) + made.app.extensions["casework"].clock_offset
