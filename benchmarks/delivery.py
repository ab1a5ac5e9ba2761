"""How many recipients a second one worker tells, beside RQ, Celery and procrastinate with one job a recipient.

Every system hands over to the same fake carrier (0 ms) and is timed by the
carrier's own log, from its first line to its last, so starting up does not
count. Ours writes a row and its history for each recipient and goes through RQ
like every job of the service. Then each is told to send again while the process
that does the work is killed (SIGKILL) up to `--kills` times, answers taking 5 ms,
and the log says who was not told within the time, and who was told twice.

    python -m benchmarks.delivery [--recipients 20000] [--peers 1500] [--kills 100] [--most 60]
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.delivery_peers import OverCelery, OverProcrastinate
from benchmarks.delivery_rq import Ours, OverRq
from benchmarks.fake_carrier import LOG, TRAVEL, accepted_lines
from casework.app import create_app
from casework.cli import queue_server, schema
from casework.db import db
from tests.chaos.children import Children, send
from tests.chaos.ground import settings_of
from tests.support.postgres import private_cluster

ANSWER_TAKES = 0.005
BATCH, BATCH_UNDER_FIRE = 500, 50
START = 120.0
"""Seconds in which a worker must have told the first."""
STILL = 15.0
"""Seconds without a new line after which nothing more is expected."""


class System(Protocol):
    """One way to tell many people: queue them, start a worker, and mend what a death has left."""

    name: str
    kills: str

    def promise(self, recipients: list[str]) -> None:
        """Queue every recipient."""

    def start(self, children: Children) -> None:
        """Start one worker."""

    def recover(self) -> None:
        """Do what its guide says is to be done after a death."""


@dataclass(frozen=True)
class Kept:
    """What became of the recipients of one run under fire."""

    kills: int
    recipients: int
    lost: int
    twice: int


def rate(system: System, recipients: list[str], log: Path, *, most: float) -> float:
    """Return recipients a second, by the carrier's log."""
    _carrier(log, travel=0.0)
    system.promise(recipients)
    with _children(log) as children:
        system.start(children)
        _wait(children, log, 1, most=START)
        _wait(children, log, len(recipients), most=most)
    lines = accepted_lines(log)
    if len(lines) < 2:  # noqa: PLR2004 - a rate needs two moments
        sys.stderr.write(log.with_name("processes.log").read_text()[-2000:])
        return 0.0
    first = Counter(moment for moment, _, _ in lines)
    began, ended = lines[0][0], lines[-1][0]
    return (len(lines) - first[began]) / (ended - began)


def under_fire(system: System, recipients: list[str], log: Path, *, kills: int, most: float) -> Kept:
    """Send while the process that works is killed again and again; then let it finish, and count."""
    _carrier(log, travel=ANSWER_TAKES)
    system.promise(recipients)
    dice, done = random.Random(7), 0  # noqa: S311 - no secret
    with _children(log) as children:
        system.start(children)
        _wait(children, log, 1, most=START)
        end, wanted = time.monotonic() + most, len(recipients)
        while done < kills and time.monotonic() < end and _told(log) < wanted:
            children.mind()
            time.sleep(dice.uniform(0.05, 0.25))
            pids = children.horses() if system.kills == "horse" else [each.pid for each in children.of("worker")]
            if pids and send(dice.choice(pids), signal.SIGKILL):
                done += 1
        _wait(children, log, wanted, most=most, recover=system.recover)
    times_told = Counter(ref for _, _, ref in accepted_lines(log))
    lost = sum(1 for each in recipients if each not in times_told)
    return Kept(done, len(recipients), lost, sum(1 for number in times_told.values() if number > 1))


def main() -> None:
    """Measure each system by turns and print the table."""
    reader = argparse.ArgumentParser(description="Recipients a second per worker, and what kills do to them.")
    reader.add_argument("--recipients", type=int, default=20_000, help="ours")
    reader.add_argument("--peers", type=int, default=1500, help="theirs")
    reader.add_argument("--kills", type=int, default=100)
    reader.add_argument("--only", nargs="*", help="names of systems, in part; all unless given")
    reader.add_argument("--most", type=float, default=60.0, help="seconds that a system may take under fire")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="casework-benchmark-") as name, private_cluster() as url:
        folder = Path(name)
        for each in ("files", "staging"):
            (folder / each).mkdir()
        queue = queue_server.at(folder)
        with queue.running() as redis_url:
            found = list(measure(folder, url, redis_url, given))
    ours = found[0][1]
    print(f"{'':36}{'recipients/s':>13}{'ours is':>9}{'kills':>7}{'sent to':>9}{'untold':>8}{'twice':>7}")
    for system_name, speed, kept in found:
        print(
            f"{system_name:36}{speed:13,.0f}{ours / speed if speed else 0:8.1f}×"
            f"{kept.kills:7}{kept.recipients:9,}{kept.lost:8,}{kept.twice:7,}"
        )


def measure(folder: Path, url: str, redis_url: str, given: argparse.Namespace) -> Iterator[tuple[str, float, Kept]]:
    """Yield for each system its name, its rate, and what it kept under fire."""
    app = create_app(settings_of(folder, url, redis_url))
    with app.app_context():
        schema.upgrade()
        db.session.remove()
        db.engine.dispose()
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    log = folder / "carrier.log"
    systems = [
        (
            Ours(app, BATCH, waits="product"),
            Ours(app, BATCH_UNDER_FIRE, waits="short"),
            given.recipients,
            4 * given.peers,
        ),
        *(
            (each, each, given.peers, given.peers)
            for each in (OverRq(redis_url), OverCelery(redis_url), OverProcrastinate(plain))
        ),
    ]
    for quiet, hit, many, some in systems:
        if given.only and not any(part in quiet.name for part in given.only):
            continue
        found = rate(quiet, _names("a", many), log, most=given.most)
        sys.stderr.write(f"{quiet.name}: {found:,.0f}/s\n")
        kept = under_fire(hit, _names("b", some), log, kills=given.kills, most=given.most)
        sys.stderr.write(f"{quiet.name}: {kept}\n")
        yield quiet.name, found, kept


def _names(letter: str, number: int) -> list[str]:
    return [f"{letter}{each}@example.org" for each in range(number)]


def _carrier(log: Path, *, travel: float) -> None:
    """Begin an empty log; processes that are forked from now on write to it."""
    log.unlink(missing_ok=True)
    os.environ[LOG], os.environ[TRAVEL] = str(log), str(travel)


def _told(log: Path) -> int:
    return len({ref for _, _, ref in accepted_lines(log)})


def _wait(
    children: Children, log: Path, wanted: int, *, most: float, recover: Callable[[], object] = lambda: None
) -> None:
    """Wait until so many recipients were told, nothing moves any more, or the time is over."""
    end, seen, moved_at = time.monotonic() + most, -1, time.monotonic()
    while time.monotonic() < end and (seen <= 0 or time.monotonic() - moved_at < STILL):
        children.mind()
        told = _told(log)
        if told >= wanted:
            return
        if told != seen:
            seen, moved_at = told, time.monotonic()
        else:
            recover()
        time.sleep(0.3)


@contextmanager
def _children(log: Path) -> Iterator[Children]:
    children = Children(log.with_name("processes.log"))
    try:
        yield children
    finally:
        children.end()


if __name__ == "__main__":
    main()
