"""What the queue and the overdue board cost with ten thousand and with a million cases: pages, their SQL, their render.

Everything is measured in one run on a private PostgreSQL: the whole page through
the WSGI door; every statement that it sends, alone through psycopg, rows
fetched; and its template with the same values, without a database. Each figure
is the 95th percentile of its rounds. A desk holds equally many cases at every
size (`--desk`), as desks do; all cases lie in one university, a fifth of the
open ones late, so that whoever oversees it sees all of them.

    python -m benchmarks.board [--size 10000 --size 1000000] [--rounds 40] [--desk 100]
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

import psycopg
from flask import Flask, g, render_template, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import text

from benchmarks.ground import installation
from benchmarks.queue_page import more_people, scans, signed_in, statements_of
from casework import clock, demo
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.count_board import count_board
from casework.overview import navigation
from casework.people import queries as people
from casework.people.actors import actor_of
from casework.rounds import queries as rounds
from casework.web import shell

WARM_UP = 3
PAGES = (
    ("investigator", demo.DESK[0], "/queue"),
    ("supervisor", demo.SUPERVISOR, "/queue?view=review"),
    ("supervisor", demo.SUPERVISOR, "/cases"),
    ("supervisor", demo.SUPERVISOR, "/overdue"),
    ("supervisor", demo.SUPERVISOR, "/overdue?by=owner"),
)
FILL = """
INSERT INTO cases (number, organisation_id, round_id, college_id, kind, subject_key, title, title_params, rule, origin,
    nature, severity, severity_rank, state, state_since, opened_at, owner_id, people_count, accepted_at, due_at,
    due_clock, due_why, version)
SELECT 'BM24-' || lpad(i::text, 7, '0'), :organisation, :round, (:colleges)[1 + i % cardinality(:colleges)], 'record',
    'R' || i, '疑似去向与单位登记不符', '{}', (ARRAY['R01','R02','R03','R04','R05'])[1 + i % 5], 'screening',
    'contradiction', (ARRAY['low','medium','high'])[1 + i % 3], i % 3,
    (ARRAY['flagged','investigating','investigating','corrected','corrected'])[1 + i % 5],
    CAST(:now AS timestamptz), CAST(:now AS timestamptz) - (8 + i % 12) * interval '1 day',
    CASE WHEN i % 97 = 0 THEN NULL ELSE (:owners)[1 + (i / 5) % cardinality(:owners)] END, 1,
    CASE WHEN i % 5 = 4 THEN CAST(:now AS timestamptz) - (i % 7 + 1) * interval '1 day' END,
    CASE WHEN i % 5 < 4 THEN CAST(:now AS timestamptz) + (i % 20000 - 4000) * interval '1 minute' END,
    'conclude', '[]', 1
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS i
"""


@dataclass(frozen=True)
class Cost:
    """One page at one size, in seconds: the page, its SQL, its render; and the middles of the rounds' ratios."""

    page: float
    raw: float
    render: float
    middle: float
    in_renders: float
    statements: int
    worst: str

    @property
    def ratio(self) -> float:
        """Return what the page costs beside its SQL and its render."""
        return self.page / (self.raw + self.render)


def p95(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(times)[max(round(len(times) * 0.95) - 1, 0)]


def in_turn(works: Sequence[Callable[[], object]], *, times: int) -> list[list[float]]:
    """Return the seconds of each work, one after the other in every round, so that a busy machine is busy for all."""
    found: list[list[float]] = [[] for _ in works]
    for each in range(times + WARM_UP):
        for work, seconds in zip(works, found, strict=True):
            started = time.perf_counter()
            work()
            if each >= WARM_UP:
                seconds.append(time.perf_counter() - started)
    return found


def fill(first: int, last: int, owners: Sequence[int]) -> None:
    """Insert the cases with these numbers."""
    university = people.get_organisation(demo.UNIVERSITY)
    given = {
        "organisation": university.id,
        "round": db.session.scalar(text("SELECT id FROM rounds")),
        "colleges": list(people.colleges_of(university.id).values()),
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


def cost(app: Flask, login: str, address: str, *, times: int) -> Cost:
    """Measure one page, its statements, and its template, in turn."""
    client = signed_in(app, login)
    said = statements_of(lambda: _get(client, address))
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as raw:
        raw.autocommit = True
        plans = [line for each in said if "cases" in each[0] for line in scans(raw, *each)]
        with _template(app, client, login, address) as render:
            page, alone, rendered = in_turn(
                [
                    lambda: _get(client, address),
                    lambda: [raw.execute(*each).fetchall() for each in said],
                    render,
                ],
                times=times,
            )
    worst = max(plans, key=lambda line: float(line.split()[0]), default="-")
    middle = statistics.median(whole / (sql + made) for whole, sql, made in zip(page, alone, rendered, strict=True))
    in_renders = statistics.median(whole / made for whole, made in zip(page, rendered, strict=True))
    costs = (p95(page), p95(alone), p95(rendered), middle, in_renders)
    return Cost(*costs, statements=len(said), worst=" ".join(worst.split()))


def _get(client: FlaskClient, address: str) -> None:
    for name in ("round_looked_at", "open_rounds", "menu_counts", "ribbon"):
        g.pop(name, None)
    answer = client.get(address)
    if answer.status_code != 200:  # noqa: PLR2004 - OK
        raise RuntimeError(f"{address} answered {answer.status_code}")
    db.session.remove()


@contextmanager
def _template(app: Flask, client: FlaskClient, login: str, address: str) -> Iterator[Callable[[], None]]:
    """Yield the rendering of the page's template with what the page gave it; it sends no statement."""
    with _given(app) as given:
        _get(client, address)
    template, context = given[-1]
    person = people.find_person(login)
    with app.test_request_context(address):
        actor, settings = actor_of(person), app.extensions["casework"]
        g.person, g.actor, g.settings = person, actor, settings
        fixed = {
            "marks": shell.marks(actor),
            "open_rounds": shell.open_rounds(),
            "current_round": shell.current_round(),
        }
        numbers = navigation.counts(actor, now=clock.now())
    patches = {name: (lambda *_, kept=kept: kept) for name, kept in fixed.items()}

    def render() -> None:
        with app.test_request_context(address), mock.patch.multiple(shell, **patches):
            g.person, g.actor, g.settings, g.menu_counts = person, actor, settings, numbers
            render_template(template, **context)

    sent = statements_of(render)
    if sent:
        raise RuntimeError(f"the template asks the database: {sent[0][0]}")
    yield render


@contextmanager
def _given(app: Flask) -> Iterator[list]:
    given: list = []

    def hear(_sender: object, template: object, context: dict, **_: object) -> None:
        own = {name: value for name, value in context.items() if name not in {"g", "request", "session", "shell"}}
        given.append((template, own))

    with template_rendered.connected_to(hear, app):
        yield given


def main() -> None:
    """Fill, count, ask, fill more, ask again, and print the tables."""
    parser = argparse.ArgumentParser(description="Cost and growth of the queue and the board.")
    parser.add_argument("--size", type=int, action="append", help="numbers of cases, ascending; default 10000, 1000000")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--desk", type=int, default=100, help="cases of one owner")
    given = parser.parse_args()
    sizes = sorted(given.size or (10_000, 1_000_000))
    found: dict[tuple[str, str, int], Cost] = {}
    heads = f"{'cases':>10}{'page ms':>10}{'SQL ms':>9}{'render':>9}{'ratio':>7}{'p50':>6}{'stmts':>7}  slowest plan"
    print(f"{'page':34}{heads}")
    with installation("postgresql") as app:
        done, owners = 0, more_people(max(sizes[-1] // given.desk, 2))
        for size in sizes:
            fill(done + 1, size, owners[: max(size // given.desk, 2)])
            done = size
            started = time.perf_counter()
            with unit_of_work():
                kept = count_board(rounds.open_rounds()[0])
            print(f"  the job counts {kept} large board(s) of {size:,} cases in {time.perf_counter() - started:.2f} s")
            for role, login, address in PAGES:
                each = found[role, address, size] = cost(app, login, address, times=given.rounds)
                times = f"{each.page * 1e3:10.1f}{each.raw * 1e3:9.1f}{each.render * 1e3:9.1f}{each.ratio:7.2f}"
                print(
                    f"{role + ' ' + address:34}{size:10,}{times}{each.middle:6.2f}{each.statements:7}  {each.worst}",
                    flush=True,
                )
    print(f"growth from {sizes[0]:,} to {sizes[-1]:,} cases: by the clock, and in renders (a busy machine slows both)")
    for role, _, address in PAGES:
        small, large = found[role, address, sizes[0]], found[role, address, sizes[-1]]
        by_clock, in_renders = large.page / small.page, large.in_renders / small.in_renders
        print(f"{role + ' ' + address:34}{by_clock:8.2f}{in_renders:8.2f}")


if __name__ == "__main__":
    main()
