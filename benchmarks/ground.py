"""What the benchmarks stand on: an installation of their own, a clock for seconds and peak memory, and medians.

Everything happens in a folder that is gone afterwards; PostgreSQL is a private
cluster on a Unix socket. Nothing here listens on a network.
"""

import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from casework import clock, demo
from casework.app import create_app
from casework.cli import schema
from casework.config import Settings
from casework.db import db
from tests.support.postgres import private_cluster

ENGINES = ("sqlite", "postgresql")
_HIGH_WATER, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


@dataclass(frozen=True)
class Measured:
    """How long something took by the clock and on the processors, in seconds, and the peak of memory in megabytes."""

    wall: float
    cpu: float
    peak: float


def measure(work: Callable[[], Any]) -> tuple[Any, Measured]:
    """Do the work once and say what it cost this process."""
    if _HIGH_WATER.exists():
        _HIGH_WATER.write_text("5")  # forget the peak so far; elsewhere the peak is that of the whole run
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    answer = work()
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return answer, Measured(wall, cpu, _peak())


def median(times: Sequence[float]) -> float:
    """Return the middle of several rounds: on a shared machine it says more than the mean."""
    return statistics.median(times)


def times_of(work: Callable[[], object], *, rounds: int) -> list[float]:
    """Return the seconds of each round, after one round that is not counted."""
    work()
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return found


@contextmanager
def installation(engine: str, *, people: bool = True) -> Iterator[Flask]:
    """Yield an application on an empty database with the tables of today, its context pushed.

    With `people`, the sample's organisations, people and round are there, and
    the clock stands where the demonstration starts.
    """
    clock.shift(demo.STARTS_AT - datetime.now(UTC))
    with _database(engine) as (folder, url):
        app = create_app(_settings(folder, url))
        with app.app_context():
            schema.upgrade()
            if people:
                demo.load(app.extensions["casework"], say=lambda _: None, with_cases=False)
            yield app
            db.session.remove()
            db.engine.dispose()


def load(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Put rows into a table in the present transaction, past everything: COPY, or many at once on SQLite."""
    driver = db.session.connection().connection.driver_connection
    names = ", ".join(columns)
    if isinstance(driver, sqlite3.Connection):
        places = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608 - own constants
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def processors() -> Callable[[], float]:
    """Return a clock of the seconds that this process has had a processor, and the database server's beside it.

    What the server's processes had is read from Linux; elsewhere, and on SQLite, this process is all there is.
    """
    if db.engine.dialect.name != "postgresql":
        return time.process_time
    with db.engine.connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    status = Path(f"/proc/{backend}/stat")
    if not status.exists():
        return time.process_time
    server = int(status.read_text().rpartition(")")[2].split()[1])
    children = Path(f"/proc/{server}/task/{server}/children")

    def told() -> float:
        found = 0
        for child in children.read_text().split():
            with suppress(OSError):  # gone meanwhile
                found += int(Path(f"/proc/{child}/schedstat").read_text().split()[0])
        return time.process_time() + found / 1e9

    return told


def _settings(folder: Path, url: str) -> Settings:
    for name in ("files", "staging", "queue"):
        (folder / name).mkdir()
    return Settings(
        data_dir=folder,
        database_url=url,
        redis_url=f"unix://{folder / 'queue' / 'nobody.sock'}",
        secret_key="of a benchmark",  # noqa: S106 - guards nothing
        sealing_keys={"k1": bytes(range(32))},
        index_key=bytes(range(32, 64)),
        clock_offset=demo.offset(),
        demo=True,
        max_upload_bytes=2 << 30,
    )


@contextmanager
def _database(engine: str) -> Iterator[tuple[Path, str]]:
    with tempfile.TemporaryDirectory(prefix="casework-benchmark-") as name:
        folder = Path(name)
        if engine == "sqlite":
            yield folder, f"sqlite:///{folder / 'casework.sqlite3'}"
            return
        with private_cluster() as url:
            yield folder, url


def _peak() -> float:
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
