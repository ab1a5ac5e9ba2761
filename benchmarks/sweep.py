"""What the periodic tasks cost when a million timers are armed: with nothing due, and with ten thousand due at once.

Fills the database with cases and eight armed rungs each, by SQL. Then: the task
that fires timers and the sweep of the way out while nothing is due (medians);
the statement that finds who has something to say, with its plan; and firing
everything that is due, a hundred cases a transaction, every message written.

    python -m benchmarks.sweep [--engine postgresql] [--timers 1000000] [--due 10000] [--rounds 20]
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from benchmarks.ground import ENGINES, installation, median, times_of
from benchmarks.queue_page import more_people
from casework import clock, demo
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs.deadlines import fire
from casework.operations.fire_timers import fire_timers
from casework.operations.sweep import sweep
from casework.people import queries as people

RUNGS = ("remind_5", "remind_3", "remind_1", "remind_0", "escalate_1", "escalate_2", "escalate_3", "escalate_4")
AUDIENCES = ("owner",) * 4 + ("supervisor", "vice_leader", "party_leader", "level_above")
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
CASES = """
INSERT INTO cases (id, number, organisation_id, round_id, kind, subject_key, title, title_params, rule, origin,
    nature, severity, severity_rank, state, state_since, opened_at, owner_id, people_count, due_at, due_clock, due_why,
    version)
{numbers}
SELECT 1000000 + i, 'BM24-' || i, :organisation, :round, 'unit', 'R' || i, '疑似去向与单位登记不符', '{{}}', 'R01',
    'screening', 'contradiction', 'medium', 1, 'investigating', :now, :now, :owner + i % :owners, 1, :due, 'conclude',
    '[]', 1
FROM n
"""
TIMERS = """
INSERT INTO timers (case_id, case_key, report_key, clock, rung, audience, due_on, due_at, fire_at, state, armed_at)
{numbers}
SELECT 1000000 + i, 1000000 + i, 0, 'conclude', :rung, :audience, :due_on, :due, {fire_at}, 'armed', :now
FROM n
"""
LATER = {
    "postgresql": "CAST(:first AS timestamptz) + i * interval '1 second'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', :first, '+' || i || ' seconds')",
}
FIND = """
SELECT cases.id FROM cases WHERE cases.id IN
  (SELECT case_id FROM timers WHERE state = 'armed' AND fire_at <= :now)
ORDER BY cases.id LIMIT 100
"""


@dataclass(frozen=True)
class Swept:
    """Seconds of each question on one engine."""

    idle_fire: float
    idle_sweep: float
    find: float
    whole: float
    notices: int
    plan: tuple[str, ...]


def fill(engine: str, *, timers: int) -> None:
    """Make the cases and their armed timers; the first rung of each is the next to speak, tomorrow at the earliest."""
    now = clock.now()
    owners = more_people(300)
    count = timers // len(RUNGS)
    given = {
        "count": count,
        "organisation": people.get_organisation(demo.UNIVERSITY).id,
        "round": db.session.scalar(text("SELECT id FROM rounds")),
        "now": _moment(engine, now),
        "due": _moment(engine, now + timedelta(days=6)),
        "due_on": (now + timedelta(days=6)).astimezone(clock.BEIJING).date().isoformat(),
        "owner": owners[1],
        "owners": len(owners) - 1,
    }
    dated = {"due_on": "CAST(:due_on AS date)"} if engine == "postgresql" else {}
    with unit_of_work():
        db.session.execute(text(CASES.format(numbers=NUMBERS)), given)
        for place, (rung, audience) in enumerate(zip(RUNGS, AUDIENCES, strict=True)):
            first = _moment(engine, now + timedelta(days=1 + place))
            statement = TIMERS.format(numbers=NUMBERS, fire_at=LATER[engine])
            for name, typed in dated.items():
                statement = statement.replace(f":{name}", typed)
            db.session.execute(text(statement), given | {"rung": rung, "audience": audience, "first": first})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if engine == "postgresql" else "ANALYZE")
    db.session.remove()


def measure(engine: str, *, timers: int, due: int, rounds: int) -> Swept:
    """Fill, ask while nothing is due, make some due, fire them."""
    with installation(engine):
        fill(engine, timers=timers)
        idle_fire = median(times_of(_in_unit(fire_timers), rounds=rounds))
        idle_sweep = median(times_of(_in_unit(sweep), rounds=rounds))
        past = {"past": _moment(engine, clock.now() - timedelta(minutes=1)), "last": 1_000_000 + due}
        with unit_of_work():
            db.session.execute(
                text("UPDATE timers SET fire_at = :past WHERE rung = 'remind_5' AND case_id <= :last"), past
            )
        now = {"now": _moment(engine, clock.now())}
        find = median(times_of(lambda: db.session.execute(text(FIND), now).all(), rounds=rounds))
        explain = "EXPLAIN (ANALYZE, BUFFERS) " if engine == "postgresql" else "EXPLAIN QUERY PLAN "
        plan = tuple(str(row[-1]) for row in db.session.execute(text(explain + FIND), now))
        started = time.perf_counter()
        done = fire()
        whole = time.perf_counter() - started
        if done["timers"] != due:
            raise RuntimeError(f"{due} timers were due and {done['timers']} were fired")
    return Swept(idle_fire, idle_sweep, find, whole, done["notices"], plan)


def main() -> None:
    """Measure each engine and print the table and the plans."""
    reader = argparse.ArgumentParser(description="Cost of the periodic tasks with many armed timers.")
    reader.add_argument("--engine", action="append", choices=ENGINES)
    reader.add_argument("--timers", type=int, default=1_000_000)
    reader.add_argument("--due", type=int, default=10_000)
    reader.add_argument("--rounds", type=int, default=20)
    given = reader.parse_args()
    engines = given.engine or ["postgresql", "sqlite"]
    found = {engine: measure(engine, timers=given.timers, due=given.due, rounds=given.rounds) for engine in engines}
    print(f"{given.timers:,} armed timers, then {given.due:,} due")
    heads = ("idle: fire", "idle: sweep", "find who", "fire all", "a second", "notices")
    print(f"{'':12}" + "".join(f"{head:>13}" for head in heads))
    for engine, asked in found.items():
        small = "".join(f"{seconds * 1e3:10.2f} ms" for seconds in (asked.idle_fire, asked.idle_sweep, asked.find))
        print(f"{engine:12}{small}{asked.whole:11.2f} s{given.due / asked.whole:13,.0f}{asked.notices:13,}")
    for engine, asked in found.items():
        print(f"\n{engine}: who has something to say")
        print("\n".join(f"  {line}" for line in asked.plan))


def _in_unit(work: Callable[[], object]) -> Callable[[], None]:
    def once() -> None:
        with unit_of_work():
            work()

    return once


def _moment(engine: str, moment: datetime) -> str:
    """Return a moment as the engine keeps it."""
    return moment.isoformat() if engine == "postgresql" else f"{moment:%Y-%m-%d %H:%M:%S.%f}"


if __name__ == "__main__":
    main()
