"""What a page of the queue costs beside its one query, and how it grows with the number of cases.

Fills PostgreSQL with cases by bulk insert (ten thousand, then a hundred
thousand), asks for the queue as an investigator and for all cases as a
supervisor through the application's WSGI door (Flask's test client: no socket,
the whole of routing, session, queries and template), and in the same run sends
the list's own SQL alone through psycopg, rows fetched. Prints medians, ratios,
growth, and what the planner reads.

    python -m benchmarks.queue_page [--size 10000 --size 100000] [--rounds 15] [--owners 300]
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import event, text

from benchmarks.ground import installation, median, times_of
from casework import clock, demo
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.begin_sign_in import begin_sign_in
from casework.people import queries as people
from casework.people.models import Person

PAGES = (("investigator", demo.DESK[0], "/queue"), ("supervisor", demo.SUPERVISOR, "/cases"))
FILL = """
INSERT INTO cases (number, organisation_id, round_id, college_id, kind, subject_key, title, title_params, rule, origin,
    nature, severity, severity_rank, state, state_since, opened_at, owner_id, people_count, due_at, due_clock, due_why,
    version)
SELECT 'BM24-' || lpad(i::text, 7, '0'), :organisation, :round, NULL, 'record', 'R' || i,
    '疑似去向与单位登记不符', '{}', (ARRAY['R01','R02','R03','R04','R05'])[1 + i % 5], 'screening', 'contradiction',
    (ARRAY['low','medium','high'])[1 + i % 3], i % 3,
    (ARRAY['flagged','investigating','investigating','corrected','investigating'])[1 + i % 5],
    :now, :now, (:owners)[1 + i % cardinality(:owners)], 1,
    CAST(:now AS timestamptz) + (i % 20000 - 4000) * interval '1 minute', 'conclude', '[]', 1
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS i
"""


@dataclass(frozen=True)
class Asked:
    """One page at one size: the seconds of the page and of its list's SQL, and how many statements it sent."""

    page: float
    raw: float
    all_raw: float
    statements: int
    slowest: tuple[float, str]
    plans: tuple[str, ...]


def signed_in(app: Flask, login: str) -> FlaskClient:
    """Return a visitor with the session of this person."""
    person = people.find_person(login)
    client = app.test_client()
    with unit_of_work():
        secret = begin_sign_in(person, how="password")
    with client.session_transaction() as session:
        session["sign_in"], session.permanent = secret, True
    return client


def fill(first: int, last: int, owners: Sequence[int]) -> None:
    """Insert the cases with these numbers, spread over the owners, a fifth of them overdue."""
    given = {
        "organisation": people.get_organisation(demo.UNIVERSITY).id,
        "round": db.session.scalar(text("SELECT id FROM rounds")),
        "now": clock.now(),
        "owners": list(owners),
        "first": first,
        "last": last,
    }
    db.session.execute(text(FILL), given)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    db.session.remove()


def more_people(count: int) -> list[int]:
    """Add owners, so that a desk holds as many cases as a desk does; the first is the demonstration's."""
    first = people.find_person(demo.DESK[0]).id
    db.session.add_all(Person(login=f"bm{number}", name=f"核查员{number}") for number in range(count - 1))
    db.session.commit()
    return [first, *db.session.scalars(text("SELECT id FROM persons WHERE login LIKE 'bm%' ORDER BY id"))]


def ask(client: FlaskClient, address: str, rounds: int) -> Asked:
    """Measure one page, and each statement that it sends, alone."""

    def page() -> None:
        g.pop("round_looked_at", None)
        answer = client.get(address)
        if answer.status_code != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(f"{address} answered {answer.status_code}")
        db.session.remove()

    said = statements_of(page)
    whole = median(times_of(page, rounds=rounds))
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as raw:
        raw.autocommit = True
        alone = [(median(times_of(_run(raw, *each), rounds=rounds)), each[0]) for each in said]
        lists = [each for each in said if "cases.number" in each[0] and " LIMIT " in each[0].replace("\n", " ")]
        listed = sum(seconds for seconds, statement in alone if statement in {each[0] for each in lists})
        plans = tuple(line for each in said if "cases" in each[0] for line in scans(raw, *each))
    return Asked(whole, listed, sum(seconds for seconds, _ in alone), len(said), max(alone), plans)


def statements_of(work: Callable[[], None]) -> list[tuple[str, object]]:
    """Return what the work sends to the database: statements with their parameters."""
    said: list[tuple[str, object]] = []

    def hear(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    work()
    event.listen(db.engine, "before_cursor_execute", hear)
    work()
    event.remove(db.engine, "before_cursor_execute", hear)
    return said


def scans(raw: psycopg.Connection, statement: str, parameters: object) -> list[str]:
    """Return how the planner reads `cases` for a statement, with the time and the pages that it took."""
    plan = [row[0] for row in raw.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)]
    reads = [line.strip().lstrip("-> ").split("  (")[0] for line in plan if "Scan" in line and " cases" in line]
    reads += [
        line.strip().lstrip("-> ").split("  (")[0] for line in plan if "ix_cases" in line and " cases" not in line
    ]
    took = next(line for line in plan if line.startswith("Execution Time"))
    pages = next((line.strip() for line in plan if "Buffers" in line), "")
    return [f"{took.split(': ')[1]:>12}  {pages[9:40]:32} {'; '.join(reads) or '-'}"]


def _run(raw: psycopg.Connection, statement: str, parameters: object) -> Callable[[], object]:
    return lambda: raw.execute(statement, parameters).fetchall()


def main() -> None:
    """Fill, ask, fill more, ask again, and print the tables."""
    parser = argparse.ArgumentParser(description="Cost and growth of the pages that list cases.")
    parser.add_argument("--size", type=int, action="append", help="numbers of cases, ascending; default 10000, 100000")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--owners", type=int, default=300, help="desks over which the cases are spread")
    given = parser.parse_args()
    sizes = sorted(given.size or (10_000, 100_000))
    found: dict[tuple[str, int], Asked] = {}
    with installation("postgresql") as app:
        owners, done = more_people(given.owners), 0
        for size in sizes:
            fill(done + 1, size, owners)
            done = size
            for role, login, address in PAGES:
                found[role, size] = ask(signed_in(app, login), address, given.rounds)
    show(found, sizes)


def show(found: dict[tuple[str, int], Asked], sizes: Sequence[int]) -> None:
    """Print times, growth and plans."""
    names = {role: f"{role} {address}" for role, _, address in PAGES}
    heads = ("cases", "page ms", "its list", "all SQL", "stmts", "page:list", "page:SQL")
    print(f"{'page':28}" + "".join(f"{head:>10}" for head in heads))
    for (role, size), asked in found.items():
        times = "".join(f"{seconds * 1e3:10.1f}" for seconds in (asked.page, asked.raw, asked.all_raw))
        ratios = f"{asked.page / asked.raw:10.1f}{asked.page / asked.all_raw:10.1f}"
        print(f"{names[role]:28}{size:10,}{times}{asked.statements:10}{ratios}")
    for role, name in names.items():
        small, large = found[role, sizes[0]], found[role, sizes[-1]]
        pages, lists = large.page / small.page, large.raw / small.raw
        print(f"growth of {name}, {sizes[0]:,} to {sizes[-1]:,}: page {pages:.2f}, its list {lists:.2f}")
    for (role, size), asked in found.items():
        seconds, statement = asked.slowest
        print(f"\n{names[role]}, {size:,} cases: how `cases` is read, statement by statement")
        print("\n".join(asked.plans))
        print(f"slowest: {seconds * 1e3:.1f} ms  {' '.join(statement.split())[-150:]}")


if __name__ == "__main__":
    main()
