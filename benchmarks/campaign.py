"""What a campaign costs: writing a wave, and telling everybody through real workers.

First a list of 15,000 graduates is frozen and its wave begun and written, beside a
bare INSERT of the same rows of list, links, letters and history. Each is told in
seconds, and in seconds of processor, ours and the database's together: on a busy
machine the second is what it costs. Then a wave goes the whole way: written by a job, claimed,
asked about once more, handed over to the fake carrier and recorded, by two RQ
workers, with a row and its history for each graduate. It is timed from the moment
at which the wave begins; memory is the largest resident set that any process of a
worker had. RQ with one job a recipient runs in the same run, on two workers too. What a
million and twelve million would take is projected from the rate that was measured.

    python -m benchmarks.campaign [--list 15000] [--recipients 100000] [--peers 1500] [--million]
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from benchmarks.delivery_rq import Ours, OverRq
from benchmarks.fake_carrier import LOG, TRAVEL, accepted_lines
from benchmarks.graduates import School, open_school, register
from benchmarks.ground import median
from casework.app import create_app
from casework.campaigns.models import Campaign, Wave
from casework.cli import queue_server, schema
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.approve_campaign import approve_campaign
from casework.operations.draft_campaign import draft_campaign
from casework.operations.fan_out import fan_out
from casework.operations.freeze_campaign import freeze_campaign
from casework.operations.start_wave import start_wave
from casework.people.actors import actor_of
from tests.chaos.children import Children
from tests.chaos.ground import settings_of
from tests.support.postgres import private_cluster

ROUNDS, WORKERS, BATCH, MILLION = 3, 2, 500, 1_000_000
START = 120.0
"""Seconds in which somebody must have been told."""
STILL = 60.0
"""Seconds without a new line after which nothing more is expected."""
SETTLES = 8.0
"""Seconds that workers have to stand ready before the clock starts: loading the program is not telling anybody."""
PROJECTED = (1_000_000, 12_000_000)
WRITTEN = ("campaign_recipients", "answer_links", "messages", "message_events")
BARE = "CREATE TABLE bare (LIKE {0} INCLUDING ALL); INSERT INTO bare SELECT * FROM {0}; DROP TABLE bare"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of the processors: this process and its connection's server."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Told:
    """One run to the end: how many were told, in how many seconds since its beginning, and the largest worker."""

    number: int
    seconds: float
    told_a_second: float
    megabytes: float


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser(description="A campaign's list, its waves, and everybody told.")
    reader.add_argument("--list", type=int, default=15_000)
    reader.add_argument("--recipients", type=int, default=100_000)
    reader.add_argument("--million", action="store_const", const=MILLION, dest="recipients")
    reader.add_argument("--peers", type=int, default=1500, help="recipients of the peer, a job each")
    reader.add_argument("--most", type=float, default=900.0, help="seconds that a run may take")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="casework-benchmark-") as name, private_cluster() as url:
        folder = Path(name)
        for each in ("files", "staging"):
            (folder / each).mkdir()
        queue = queue_server.at(folder)
        with queue.running() as redis_url:
            app = create_app(settings_of(folder, url, redis_url))
            with app.app_context():
                schema.upgrade()
                written, bare = written_in(given.list)
            _say_written(given.list, written, bare)
            _say_told(*everybody_told(app, folder, redis_url, given))


def written_in(number: int) -> tuple[dict[str, Spent], Spent]:
    """Return what freezing, what beginning and writing the wave, and a bare INSERT of as many rows take: medians."""
    freezing, fanning, bare = [], [], []
    for _ in range(ROUNDS):
        school = open_school()
        register(school, number)
        campaign = _drafted(school)
        freezing.append(_spent(partial(_freeze, campaign, school)))
        _approve(campaign, school)
        fanning.append(_spent(partial(_fan_out, campaign)))
        bare.append(_spent(_bare))
        _forget()
    return {"frozen": _middle(freezing), "wave begun and written": _middle(fanning)}, _middle(bare)


def everybody_told(app: Flask, folder: Path, redis_url: str, given: argparse.Namespace) -> tuple[Told, Told, str]:
    """Tell a campaign by two workers, then as many as the peer can bear by two of its own."""
    log, ours, peer = folder / "carrier.log", Ours(app, BATCH, waits="product"), OverRq(redis_url)
    with app.app_context():
        school = open_school()
        register(school, given.recipients)
        campaign = _drafted(school)
        _freeze(campaign, school)
        _approve(campaign, school)
        wave_id = campaign.waves[0].id
        _leave()
    names = [f"peer{each}@example.org" for each in range(given.peers)]
    told = _run(log, given.recipients, lambda: _begin(app, wave_id), ours.start, most=given.most)
    return told, _run(log, given.peers, lambda: peer.promise(names), peer.start, most=given.most), peer.name


def _run(log: Path, number: int, begin: Callable[[], object], start: Callable[..., None], *, most: float) -> Told:
    """Start workers, wait until they stand ready, begin, and wait until everybody was told."""
    log.unlink(missing_ok=True)
    os.environ[LOG], os.environ[TRAVEL] = str(log), "0"
    children, largest = Children(log.with_name("processes.log")), 0.0
    try:
        start(children, workers=WORKERS)
        time.sleep(SETTLES)
        began = time.monotonic()
        begin()
        seen, moved_at, end = 0, began, began + most
        while seen < number and time.monotonic() < end and time.monotonic() - moved_at < (STILL if seen else START):
            children.mind()
            largest = max(largest, _largest(children))
            told = len(accepted_lines(log))
            if told != seen:
                seen, moved_at = told, time.monotonic()
            time.sleep(0.5)
    finally:
        children.end()
    lines = accepted_lines(log)
    if not lines:
        sys.stderr.write(log.with_name("processes.log").read_text()[-2000:])
        return Told(0, 0.0, 0.0, largest)
    first, last = lines[0][0], lines[-1][0]
    calls = len({recipient for _, _, recipient in lines})
    return Told(calls, last - began, calls / (last - first or 1.0), largest)


def _begin(app: Flask, wave_id: int) -> None:
    with app.app_context():
        with unit_of_work():
            start_wave(db.session.get_one(Wave, wave_id))
        _leave()


def _leave() -> None:
    """Keep no connection that a forked process would inherit."""
    db.session.remove()
    db.engine.dispose()


def _drafted(school: School) -> Campaign:
    with unit_of_work():
        given = {"organisation": school.university, "round_": school.round, "canary_share": 0}
        return draft_campaign(name="八月提醒", actor=actor_of(school.drafter), **given)


def _freeze(campaign: Campaign, school: School) -> None:
    with unit_of_work():
        freeze_campaign(campaign, actor=actor_of(school.drafter))


def _approve(campaign: Campaign, school: School) -> None:
    seen = {"audience_hash": campaign.audience_hash, "text_hash": campaign.text_hash}
    with unit_of_work():
        approve_campaign(campaign, actor=actor_of(school.approver), **seen)


def _fan_out(campaign: Campaign) -> None:
    wave_id, more = campaign.waves[0].id, True
    with unit_of_work():
        start_wave(campaign.waves[0])
    while more:
        with unit_of_work():
            more = fan_out(wave_id).more


def _bare() -> None:
    with unit_of_work():
        for table in WRITTEN:
            for statement in BARE.format(table).split(";"):
                db.session.execute(text(statement))


def _forget() -> None:
    """Leave nothing ready to leave: the next part counts its own."""
    with unit_of_work():
        db.session.execute(text("TRUNCATE message_events, messages, promises, answer_codes, answer_links"))
        db.session.execute(text("TRUNCATE campaign_recipients"))


def _spent(work: Callable[[], object]) -> Spent:
    server = db.session.scalar(text("SELECT pg_backend_pid()")) or 0
    db.session.commit()
    began, ours, theirs = time.perf_counter(), time.process_time(), _processor(server)
    work()
    return Spent(time.perf_counter() - began, time.process_time() - ours + _processor(server) - theirs)


def _processor(pid: int) -> float:
    """Return the seconds that a process has run, by the machine's own count."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _middle(spent: Sequence[Spent]) -> Spent:
    return Spent(median([each.wall for each in spent]), median([each.cpu for each in spent]))


def _largest(children: Children) -> float:
    """Return the megabytes of the largest process of the workers, by its own high water mark."""
    pids = [*children.horses(), *(child.pid for child in children.of("worker"))]
    return max((_megabytes(pid) for pid in pids), default=0.0)


def _megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0  # it has ended meanwhile
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _say_written(number: int, written: dict[str, Spent], bare: Spent) -> None:
    together = Spent(sum(each.wall for each in written.values()), sum(each.cpu for each in written.values()))
    for what, spent in (written | {"together": together, "a bare INSERT of the rows": bare}).items():
        times = f"{spent.wall / bare.wall:8.1f}×{spent.cpu / bare.cpu:8.1f}×" if bare.cpu else ""
        print(f"{number:>9,} {what:32}{spent.wall:8.2f} s{spent.cpu:8.2f} s of processor{times}", flush=True)


def _say_told(told: Told, theirs: Told, name: str) -> None:
    for who, found in (("casework, two workers", told), (f"{name}, two workers", theirs)):
        times = found.told_a_second / theirs.told_a_second if theirs.told_a_second else 0.0
        print(
            f"{found.number:>9,} {who:32}{found.seconds:8.1f} s{found.told_a_second:9,.0f}/s"
            f"{times:8.1f}×{found.megabytes:8.0f} MB"
        )
    for number in PROJECTED if told.number and told.seconds else ():
        seconds = number * told.seconds / told.number
        print(f"{number:>9,} {'projected from ' + format(told.number, ','):32}{seconds:8,.0f} s")


if __name__ == "__main__":
    main()
