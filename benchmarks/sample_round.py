"""How long a person waits from the files of a university to cases on the screen.

Brings the sample university in (12,000 graduates and the files around them) on
SQLite by the ordinary operations, screens it, opens and shares out the cases
and asks for the first page of the queue as an investigator. Prints the seconds
of every step by the clock and on the processor (the difference is waiting: for
the disk, or for others on the machine) and their sum; the setting up of people
and passwords stands apart.

    python -m benchmarks.sample_round [--engine sqlite]
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import func, select

from benchmarks.ground import ENGINES, installation
from benchmarks.queue_page import signed_in
from casework import demo
from casework.cases.models import Case
from casework.config import Settings
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations import stage_batch
from casework.operations.assign import share_out
from casework.operations.confirm_batch import confirm_batch
from casework.operations.open_cases import open_cases
from casework.operations.screen import screen
from casework.operations.take_file import take_file
from casework.people import queries as people
from casework.people.actors import actor_of
from casework.rounds import queries as rounds
from workflows.access import Actor

GOAL = 15.0

Steps = dict[str, tuple[float, float]]


@contextmanager
def step(name: str, steps: Steps) -> Iterator[None]:
    """Add the seconds of a step to its line."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    steps[name] = (time.perf_counter() - wall, time.process_time() - cpu)


def bring_in(name: str, *, actor: Actor, settings: Settings, steps: Steps) -> None:
    """Take one file in, read it, write it."""
    short = name.rpartition("/")[2]
    with step(f"{short}: look", steps), unit_of_work():
        batch = take_file(
            organisation=people.get_organisation(demo.UNIVERSITY),
            round_=rounds.get_round(demo.ROUND),
            file_name=short,
            source=demo.SAMPLE / name,
            actor=actor,
            settings=settings,
        )
    with step(f"{short}: read and check", steps):
        tables = stage_batch.code_tables(batch.round_id)
        staged = stage_batch.parse(batch, settings=settings, tables=tables, on_progress=lambda _done, _all: None)
        with unit_of_work():
            stage_batch.note_staged(batch, staged)
    with step(f"{short}: write", steps), unit_of_work():
        confirm_batch(batch, actor=actor, settings=settings, taken_on=date(2024, 7, 25))


def main() -> None:
    """Walk the round and print the table."""
    parser = argparse.ArgumentParser(description="From files to cases on the screen.")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    given = parser.parse_args()
    steps: Steps = {}
    set_up = time.perf_counter()
    with installation(given.engine) as app:
        set_up = time.perf_counter() - set_up
        settings, actor = app.extensions["casework"], actor_of(people.find_person(demo.SUPERVISOR))
        for name in demo.FILES:
            bring_in(name, actor=actor, settings=settings, steps=steps)
        with step("screen", steps), unit_of_work():
            run = screen(
                organisation=people.get_organisation(demo.UNIVERSITY), round_=rounds.get_round(demo.ROUND), actor=actor
            )
        with step("open the cases", steps), unit_of_work():
            numbers = [case.number for case in open_cases(run, actor=actor).opened]
        with step("share them out", steps), unit_of_work():
            opened = db.session.scalars(select(Case).where(Case.number.in_(numbers)).order_by(Case.id)).all()
            share_out(opened, among=[people.find_person(login) for login in demo.DESK], actor=actor)
        cases = db.session.scalar(select(func.count()).select_from(Case))
        client = signed_in(app, demo.DESK[0])
        with step("first page of the queue", steps):
            answer = client.get("/queue")
        if answer.status_code != 200 or numbers[0][:5].encode() not in answer.data:  # noqa: PLR2004 - OK
            raise RuntimeError(f"the queue answered {answer.status_code} without a case")
    print(f"{'':44}{'s':>8}{'cpu s':>8}")
    for name, (wall, cpu) in steps.items():
        print(f"{name:44}{wall:8.2f}{cpu:8.2f}")
    wall, cpu = (sum(times) for times in zip(*steps.values(), strict=True))
    print(f"{f'from files to {cases:,} cases on the screen':44}{wall:8.2f}{cpu:8.2f}")
    print(
        f"against the goal of {GOAL:.0f} s: by the clock {wall / GOAL:.2f} : 1, on the processor {cpu / GOAL:.2f} : 1"
    )
    print(f"{'apart: tables, people, passwords':44}{set_up:8.2f}")


if __name__ == "__main__":
    main()
