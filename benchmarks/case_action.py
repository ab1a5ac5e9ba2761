"""What a step of a case costs over HTTP beside the same SQL sent barely.

Takes the step `begin` on many flagged cases: by `POST /api/v1/cases/<number>/actions`
through the WSGI door (Flask's test client with a bearer token: routing, reading
the body, guards, journal, clocks, one commit, the answer), by the operation
alone in its unit of work, and barely. For the last, the statements of one step
are recorded with their parameters and sent through psycopg in one transaction
that is committed, on a copy of the database as it stood before that step, over
and over from that same state. Prints medians and the number of statements, and what
of the operation goes into its journal.

    python -m benchmarks.case_action [--cases 1000] [--rounds 40]
"""

import argparse
import time
from collections.abc import Callable

import psycopg
from sqlalchemy import event, select, text

from benchmarks.ground import installation, median
from benchmarks.queue_page import fill
from casework import demo
from casework.cases.models import Case
from casework.cases.queries import get_case
from casework.db import db
from casework.doors import unit
from casework.doors.etags import etag_of_case
from casework.doors.unit import unit_of_work
from casework.operations.advance import advance
from casework.operations.api_tokens import make_token
from casework.people import queries as people
from casework.people.actors import actor_of
from workflows.access import SYSTEM
from workflows.token_scopes import SCOPES

LOOKS = 2  # statements by which a caller learns the version: the case, its story
COPY = "casework_before"
Said = list[tuple[str, object]]


def recorded(work: Callable[[], object]) -> Said:
    """Return the statements that the work sends, with their parameters."""
    said: Said = []

    def hear(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", hear)
    work()
    event.remove(db.engine, "before_cursor_execute", hear)
    return said


def copy_database() -> str:
    """Copy the database as it stands now; return the address of the copy."""
    db.session.remove()
    db.engine.dispose()
    url = db.engine.url.set(drivername="postgresql")
    with psycopg.connect(url.set(database="template1").render_as_string(hide_password=False), autocommit=True) as raw:
        raw.execute(f"DROP DATABASE IF EXISTS {COPY}")
        raw.execute(f"CREATE DATABASE {COPY} TEMPLATE {url.database}")
    return url.set(database=COPY).render_as_string(hide_password=False)


def send(raw: psycopg.Connection, statement: str, parameters: object) -> None:
    """Send one recorded statement and take what it answers; a list of parameters is sent row by row, as it was."""
    if isinstance(parameters, list):
        with raw.cursor() as cursor:
            cursor.executemany(statement, parameters)
        return
    cursor = raw.execute(statement, parameters)
    if cursor.description:
        cursor.fetchall()


def replay(said: Said, raw: psycopg.Connection) -> float:
    """Return the seconds of sending the statements, and take them back, so that each round finds the same state."""
    started = time.perf_counter()
    for statement, parameters in said:
        send(raw, statement, parameters)
    took = time.perf_counter() - started
    raw.rollback()
    return took


def commit_alone(raw: psycopg.Connection) -> float:
    """Return the seconds of a commit that has something to write."""
    raw.execute("UPDATE rounds SET closed_at = closed_at")
    started = time.perf_counter()
    raw.commit()
    return time.perf_counter() - started


def in_journal(work: Callable[[], float], *, rounds: int) -> float:
    """Return the median of the seconds that a step spends on writing its journal: hashing, rows, head."""
    spent: list[float] = []
    whole = unit.journal.seal

    def timed() -> None:
        db.session.flush()  # the step's other rows, which would be written without a journal too
        started = time.perf_counter()
        whole()
        spent.append(time.perf_counter() - started)

    unit.journal.seal = timed
    try:
        for _ in range(rounds):
            work()
    finally:
        unit.journal.seal = whole
    return median(spent)


def compare(work: Callable[[], float], *, skip: int, rounds: int) -> tuple[float, float, int]:
    """Return the medians of the step and of its bare SQL, taken by turns, and the number of statements."""
    work()
    address = copy_database()
    said = recorded(work)[skip:]
    whole, bare, commits = [], [], []
    with psycopg.connect(address) as raw:
        replay(said, raw)
        for _ in range(rounds):
            whole.append(work())
            bare.append(replay(said, raw))
            commits.append(commit_alone(raw))
    return median(whole), median(bare) + median(commits), len(said)


def main() -> None:
    """Make the cases, take the steps, replay one of them, print the table."""
    parser = argparse.ArgumentParser(description="Cost of a step of a case beside its bare SQL.")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    with installation("postgresql") as app:
        owner_id = people.find_person(demo.DESK[0]).id
        fill(1, given.cases, [owner_id])
        with unit_of_work():
            db.session.execute(text("UPDATE cases SET state = 'flagged'"))
            token = make_token(people.find_person(demo.DESK[0]), name="benchmark", actor=SYSTEM, scopes=tuple(SCOPES))
        client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
        numbers = iter(db.session.scalars(select(Case.number).order_by(Case.id).limit(4 * given.rounds + 30)).all())

        def post() -> float:
            number = next(numbers)
            seen = etag_of_case(db.session.scalars(select(Case).filter_by(number=number)).one())
            db.session.remove()
            body = {"action": "begin"}
            address, match = f"/api/v1/cases/{number}/actions", {"If-Match": f'"{seen}"'}
            started = time.perf_counter()
            answer = client.post(address, json=body, headers=headers | match)
            took = time.perf_counter() - started
            if answer.status_code != 200:  # noqa: PLR2004 - OK
                raise RuntimeError(f"{address} answered {answer.status_code}: {answer.get_data(as_text=True)[:300]}")
            db.session.remove()
            return took

        def operate() -> float:
            number, actor = next(numbers), actor_of(people.find_person(demo.DESK[0]))
            started = time.perf_counter()
            with unit_of_work():
                advance(get_case(number, actor, lock=True), "begin", actor=actor)
            took = time.perf_counter() - started
            db.session.remove()
            return took

        lines = {  # the look at the version is the caller's and no part of the step
            "POST …/actions": compare(post, skip=LOOKS, rounds=given.rounds),
            "operation in its unit of work": compare(operate, skip=0, rounds=given.rounds),
        }
        journalled = in_journal(operate, rounds=given.rounds)
    print(f"begin, {given.rounds} rounds by turns\n{'':34}{'ms':>8}{'SQL ms':>9}{'stmts':>7}{'ratio':>8}")
    for name, (whole, bare, count) in lines.items():
        print(f"{name:34}{whole * 1e3:8.1f}{bare * 1e3:9.1f}{count:7}{whole / bare:8.2f}")
    print(f"the journal takes {journalled * 1e3:.2f} ms, which adds to what the step costs without it:")
    for name, (whole, _, _) in lines.items():
        print(f"{name:34}{journalled / (whole - journalled):8.0%}")


if __name__ == "__main__":
    main()
