"""What the scope of a person and the walls of rows cost the page of cases, with many cases of a hundred universities.

Fills the database with cases in bulk and asks for `/cases` through the
application's WSGI door (Flask's test client) as a supervisor of one university, a
supervisor of the province above all of them, and an investigator for `/queue`. The
ways of asking take turns in every round, over the same rows: without the scope in
the queries (a fault, put in here on purpose), with it as the owner of the tables,
whom no policy binds, and on PostgreSQL with it as an account that owns nothing.

What counts is processor time, the server's included: others who use the machine
make a page slower and not dearer. Prints medians and the middle of the rounds' own
ratios, how the planner reads `cases` behind the wall, and what a sign-in costs by argon2.

    python -m benchmarks.scoping [--cases 200000] [--universities 100] [--rounds 15] [--engine sqlite]
"""

import argparse
import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text, true

from benchmarks.ground import ENGINES, installation, load, median, processors, times_of
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
COLUMNS = (
    "number", "organisation_id", "round_id", "kind", "subject_key", "title", "title_params", "rule", "origin", "nature",
    "severity", "severity_rank", "state", "state_since", "opened_at", "owner_id", "people_count", "due_at",
    "due_clock", "due_why", "sealed", "version",
)  # fmt: skip
STATES = ("flagged", "investigating", "investigating", "corrected", "investigating")


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
        "round_id": db.session.scalar(text("SELECT id FROM rounds")),
        "owner_id": people.find_person(demo.DESK[0]).id,
    }
    load("cases", COLUMNS, rows_of(cases, **given))
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "sqlite":
            return
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text(f"CREATE ROLE {PAGES_ACCOUNT} LOGIN"))
    with db.engine.begin() as connection:
        give_rights(connection, PAGES_ACCOUNT)


def rows_of(cases: int, *, places: Sequence[int], round_id: int, owner_id: int) -> Iterator[tuple[object, ...]]:
    """Yield the cases, spread over the places; of every hundredth place's one in a hundred lies on the desk."""
    now = clock.now()
    since = _moment(now)
    for i in range(1, cases + 1):
        due = now + timedelta(minutes=i * 7 % 20011 - 4000)
        yield (
            f"BM24-{i:07}", places[i % len(places)], round_id, "record", f"R{i}", "疑似去向与单位登记不符",
            json.dumps({}), f"R0{1 + i % 5}", "screening", "contradiction", ("low", "medium", "high")[i % 3], i % 3,
            STATES[i % 5], since, since, owner_id if i % (100 * len(places)) == 0 else None, 1, _moment(due),
            "conclude", json.dumps([]), False, 1,
        )  # fmt: skip


def _moment(moment: datetime) -> object:
    """Write a moment as the column holds it: SQLite keeps it as a text in UTC."""
    if db.engine.dialect.name == "sqlite":
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    return moment


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
        answer = Context().run(client.get, address)  # or it would share the session of the context around us
        if answer.status_code != 200:  # noqa: PLR2004 - OK
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return ask


def in_turn(ways: dict[str, Callable[[], None]], *, rounds: int, now: Callable[[], float]) -> dict[str, list[float]]:
    """Return the processor seconds of each way; they take turns in every round, each time in another order."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for number in range(rounds + 2):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            began = now()
            if name == "unscoped":
                with unscoped():
                    ways[name]()
            else:
                ways[name]()
            if number > 1:
                found[name].append(now() - began)
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
            lines.append(f"{unbound[0]:>10.2f}{bound[0]:>10.2f}{bound[1]:>8}  {bound[2]}")
    return lines


def _explained(raw: psycopg.Connection, statement: str, parameters: object) -> tuple[float, int, str]:
    runs = [raw.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters).fetchall() for _ in range(3)]
    took = median([float(line.split(": ")[1].split()[0]) for plan in runs for (line,) in plan if "Execution" in line])
    reads = {line.strip().lstrip("-> ").split("  (")[0] for (line,) in runs[0] if "Scan" in line and "cases" in line}
    buffers = next(line for (line,) in runs[-1] if "Buffers" in line)
    pages = sum(int(word.partition("=")[2]) for word in buffers.split() if word.startswith(("hit=", "read=")))
    return took, pages, "; ".join(sorted(reads)) or "-"


def compare(engine: str, *, cases: int, universities: int, rounds: int) -> None:
    """Print the table of one engine, and of PostgreSQL the plans."""
    with installation(engine) as app:
        fill(cases=cases, universities=universities)
        now, apps = processors(), {"unscoped": app, "scoped": app}
        if engine == "postgresql":
            apps["walled"] = walled(app)
        print(f"\n{engine}: {cases:,} cases of {universities} universities; medians of {rounds} rounds, processor ms")
        print(f"{'page':22}" + "".join(f"{way:>10}" for way in apps) + f"{'scope':>10}{'wall':>10}")
        for name, login, address in ASKED:
            clients = {}
            for way, each in apps.items():
                with each.app_context():
                    clients[way] = signed_in(each, login)
            db.session.remove()
            asks = {way: page(client, address) for way, client in clients.items()}
            times = in_turn(asks, rounds=rounds, now=now)
            shown = "".join(f"{median(each) * 1e3:10.1f}" for each in times.values())
            pairs = [("scoped", "unscoped"), ("walled", "scoped")][: len(apps) - 1]
            print(f"{name + ' ' + address:22}{shown}" + "".join(f"{ratio(times, *pair):10.2f}" for pair in pairs))
        if engine != "postgresql":
            return
        owner = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        for name, login, address in ASKED:
            print(f"\n{name} {address}: ms as the owner, ms and pages behind the wall, how `cases` is read there")
            print("\n".join(plans(apps["walled"], login, address, owner=owner)))
        with apps["walled"].app_context():
            db.engine.dispose()


def main() -> None:
    """Fill, ask in turn, and print."""
    parser = argparse.ArgumentParser(description="What scopes and the walls of rows cost.")
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--universities", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="default: both")
    given = parser.parse_args()
    for engine in given.engine or ENGINES:
        compare(engine, cases=given.cases, universities=given.universities, rounds=given.rounds)
    cost = median(times_of(lambda: HASHER.hash("correct horse battery"), rounds=9))
    print(f"\nargon2id, {HASHER.memory_cost // 1024} MiB, {HASHER.time_cost} passes: {cost * 1e3:.0f} ms a sign-in")


if __name__ == "__main__":
    main()
