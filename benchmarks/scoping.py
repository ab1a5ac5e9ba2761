"""What the scope of a person and the walls of rows cost the page of cases, with many cases of a hundred universities.

Fills PostgreSQL with cases by bulk insert and asks for `/cases` through the
application's WSGI door (Flask's test client) as a supervisor of one university, a
supervisor of the province above all of them, and an investigator for `/queue`. Three
ways of asking take turns in every round, over the same rows: without the scope in
the queries (a fault, put in here on purpose), with it as the owner of the tables,
whom no policy binds, and with it as an account that owns nothing. Prints medians
of the rounds' own ratios, how the planner reads `cases` behind the wall, and what
one sign-in costs by argon2.

    python -m benchmarks.scoping [--cases 200000] [--universities 100] [--rounds 15]
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text, true

from benchmarks.ground import installation, median, times_of
from benchmarks.queue_page import signed_in
from casework import asking, clock, demo
from casework.app import create_app
from casework.cases import queries
from casework.db import db
from casework.journal.walls import give_rights
from casework.operations.passwords import HASHER
from casework.people import queries as people
from casework.people.actors import actor_of
from casework.people.models import Appointment, Organisation, Person
from casework.people.reach import reach_of

PAGES_ACCOUNT = "pages"
ABOVE = "bm-province"
ASKED = (("university", demo.SUPERVISOR, "/cases"), ("province", ABOVE, "/cases"), ("desk", demo.DESK[0], "/queue"))
WAYS = ("unscoped", "scoped", "walled")
FILL = """
INSERT INTO cases (number, organisation_id, round_id, college_id, kind, subject_key, title, title_params, rule, origin,
    nature, severity, severity_rank, state, state_since, opened_at, owner_id, people_count, due_at, due_clock, due_why,
    version)
SELECT 'BM24-' || lpad(i::text, 7, '0'), (:places)[1 + i % cardinality(:places)], :round, NULL, 'record', 'R' || i,
    '疑似去向与单位登记不符', '{}', (ARRAY['R01','R02','R03','R04','R05'])[1 + i % 5], 'screening', 'contradiction',
    (ARRAY['low','medium','high'])[1 + i % 3], i % 3,
    (ARRAY['flagged','investigating','investigating','corrected','investigating'])[1 + i % 5],
    :now, :now, CASE WHEN i % (100 * cardinality(:places)) = 0 THEN :owner END, 1,
    CAST(:now AS timestamptz) + (i * 7 % 20011 - 4000) * interval '1 minute', 'conclude', '[]', 1
FROM generate_series(1, CAST(:cases AS int)) AS i
"""


def fill(*, cases: int, universities: int) -> None:
    """Make the universities beside the demonstration's, somebody above them all, and the cases of all of them."""
    first = people.get_organisation(demo.UNIVERSITY)
    above = Organisation(code="BMP", kind="province", name="省（测量用）", short_code="BMP", parent_id=first.parent_id)
    db.session.add(above)
    db.session.flush()
    ancestors = first.path.removesuffix(f"{first.id}/")
    above.path = f"{ancestors}{above.id}/" if first.parent_id else f"/{above.id}/"
    places = [first]
    for number in range(universities - 1):
        made = Organisation(
            code=f"BM{number}", kind="university", name=f"大学{number}", short_code=f"BM{number}", parent_id=above.id
        )
        db.session.add(made)
        places.append(made)
    db.session.flush()
    for each in places[1:]:
        each.path = f"{above.path}{each.id}/"
    root = Organisation(code="BMR", kind="ministry", name="根（测量用）", short_code="BMR", path="")
    db.session.add(root)
    db.session.flush()
    root.path = f"/{root.id}/"
    if above.parent_id is None:  # a province under a root, or its people would be bound by nothing
        above.parent_id, above.path = root.id, f"/{root.id}/{above.id}/"
        for each in places[1:]:
            each.path = f"{above.path}{each.id}/"
    if first.parent_id is None:
        first.parent_id, first.path = above.id, f"{above.path}{first.id}/"
    person = Person(login=ABOVE, name="于红秀")
    person.appointments = [Appointment(role="supervisor", organisation=above)]
    db.session.add(person)
    db.session.flush()
    given = {
        "places": [each.id for each in places],
        "round": db.session.scalar(text("SELECT id FROM rounds")),
        "now": clock.now(),
        "owner": people.find_person(demo.DESK[0]).id,
        "cases": cases,
    }
    db.session.execute(text(FILL), given)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text(f"CREATE ROLE {PAGES_ACCOUNT} LOGIN"))
    with db.engine.begin() as connection:
        give_rights(connection, PAGES_ACCOUNT)


def walled(app: Flask) -> Flask:
    """Return the same installation, whose account owns nothing."""
    settings = app.extensions["casework"]
    url = db.engine.url.set(username=PAGES_ACCOUNT).render_as_string(hide_password=False)
    return create_app(replace(settings, database_url=url))


@contextmanager
def unscoped() -> Iterator[None]:
    """Let the queries forget whose cases somebody may see."""
    kept = queries._condition  # noqa: SLF001 - the fault is put in where the scope comes from
    queries._condition = lambda _scope: true()  # noqa: SLF001
    try:
        yield
    finally:
        queries._condition = kept  # noqa: SLF001


def page(client: FlaskClient, address: str) -> Callable[[], None]:
    """Return what asks for a page once, in a context of its own as every request has."""

    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return ask


def in_turn(ways: dict[str, Callable[[], None]], *, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each way, which take turns in every round: a busy machine slows them all."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 2):
        for name, ask in ways.items():
            began = time.perf_counter()
            if name == "unscoped":
                with unscoped():
                    ask()
            else:
                ask()
            if number > 1:
                found[name].append(time.perf_counter() - began)
    return found


def ratio(times: dict[str, list[float]], one: str, other: str) -> float:
    """Return the middle of the rounds' own ratios."""
    return statistics.median(a / b for a, b in zip(times[one], times[other], strict=True))


def plans(app: Flask, login: str, address: str, *, owner: str) -> list[str]:
    """Return a line for each statement of the page that reads `cases`: ms for the owner, ms behind the wall, paths."""
    said: list[tuple[str, object]] = []
    with app.app_context():
        reach = reach_of(actor_of(people.find_person(login)))
        client = signed_in(app, login)
        engine = db.engine

    def hear(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    page(client, address)()
    event.remove(engine, "before_cursor_execute", hear)
    walled = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    lines = []
    with psycopg.connect(walled, options="-c jit=off") as raw, psycopg.connect(owner, options="-c jit=off") as free:
        for kind in asking.KINDS:
            raw.execute("SELECT set_config(%s, %s, true)", (f"casework.{kind}", getattr(reach, kind)))
        for statement, parameters in said:
            if "FROM cases" not in statement:
                continue
            unbound, bound = (_explained(each, statement, parameters) for each in (free, raw))
            lines.append(f"{unbound[0]:>10.2f}{bound[0]:>10.2f}  {bound[1]}")
    return lines


def _explained(raw: psycopg.Connection, statement: str, parameters: object) -> tuple[float, str]:
    runs = [raw.execute(f"EXPLAIN (ANALYZE) {statement}", parameters).fetchall() for _ in range(3)]
    took = median([float(line.split(": ")[1].split()[0]) for plan in runs for (line,) in plan if "Execution" in line])
    reads = {line.strip().lstrip("-> ").split("  (")[0] for (line,) in runs[0] if "Scan" in line and "cases" in line}
    return took, "; ".join(sorted(reads)) or "-"


def main() -> None:
    """Fill, ask in turn, and print."""
    parser = argparse.ArgumentParser(description="What scopes and the walls of rows cost.")
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--universities", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    told: list[str] = []
    with installation("postgresql") as app:
        fill(cases=given.cases, universities=given.universities)
        behind = walled(app)
        owner = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        print(f"{given.cases:,} cases of {given.universities} universities; medians of {given.rounds} rounds, ms")
        print(f"{'page':22}" + "".join(f"{way:>10}" for way in WAYS) + f"{'scope':>10}{'wall':>10}")
        for name, login, address in ASKED:
            clients = {way: signed_in(app, login) for way in WAYS[:2]}
            with behind.app_context():
                clients["walled"] = signed_in(behind, login)
            db.session.remove()
            times = in_turn({way: page(client, address) for way, client in clients.items()}, rounds=given.rounds)
            shown = "".join(f"{median(times[way]) * 1e3:10.1f}" for way in WAYS)
            ratios = f"{ratio(times, 'scoped', 'unscoped'):10.2f}{ratio(times, 'walled', 'scoped'):10.2f}"
            print(f"{name + ' ' + address:22}{shown}{ratios}")
            told += [
                f"\n{name} {address}: ms as the owner, ms behind the wall, how `cases` is read there",
                *plans(behind, login, address, owner=owner),
            ]
        with behind.app_context():
            db.engine.dispose()
        print("\n".join(told))
    cost = median(times_of(lambda: HASHER.hash("correct horse battery"), rounds=9))
    print(f"\nargon2id, {HASHER.memory_cost // 1024} MiB, {HASHER.time_cost} passes: {cost * 1e3:.0f} ms a sign-in")


if __name__ == "__main__":
    main()
