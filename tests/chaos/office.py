"""What happens in the office meanwhile: messages are written, timers come due, people opt out, cases are closed.

It is a process that no fault reaches, and it insists: what a crash of the
database interrupts is done again until it is done, as a person would. Its ledger
says what was promised and from when on somebody must not be told; lateness and
losses are counted against that, not against the tables of the service.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.ladder import OWNER
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.notices.models import Suppression
from casework.notices.post import Notice, post
from casework.operations.advance import advance
from casework.operations.retime import retime_cases
from casework.people.actors import actor_of
from casework.people.models import Person
from tests.casework.factories import make_case, make_person, make_round, make_tree
from tests.chaos.ground import CHANNEL

AT_ONCE = 25
OPT_OUT, CLOSE = 0.06, 0.12
"""Of all persons and cases, the share that does not want to be told any more."""


@dataclass(frozen=True)
class Entry:
    """One line: `letter`, `reminder`, `escalation` are due at `at`; after `opted_out`, `closed` nobody is told."""

    what: str
    about: int
    at: float
    key: str = ""


@dataclass(frozen=True)
class Plan:
    """What will happen, decided beforehand: moments are seconds after the start."""

    people: Sequence[int]
    cases: Sequence[tuple[int, float]]
    supervisor: int
    survivor: int
    seconds: float


def prepare(app: Flask, *, letters: int, cases: int, seconds: float, seed: int) -> tuple[Plan, list[Entry]]:
    """Make people, and cases whose owner's reminder and supervisor's escalation come due during the run."""
    dice = random.Random(seed)  # noqa: S311 - a seed repeats a run
    with app.app_context():
        with unit_of_work():
            tree, round_ = make_tree(), make_round()
            supervisor = make_person("supervisor", tree.university)
            made = [
                make_case(
                    tree.university,
                    round_,
                    kind="unit",
                    subject_key="岭川样本科技有限公司",  # one subject: so that any of them may be merged into the first
                    records=[],
                    state="investigating",
                    owner=make_person("investigator", tree.university),
                    opened_at=clock.now() - timedelta(days=5),
                    state_since=clock.now() - timedelta(days=5),
                )
                for _ in range(cases + 1)
            ]
            retime_cases(made)
            first = db.session.scalar(select(func.max(Person.id))) or 0
            rows = [{"login": f"L{n}", "name": "某", "email": f"l{n}@example.org"} for n in range(letters)]
            db.session.execute(insert(Person), rows)
            started = time.time() + 1.0
            moments = {case.id: dice.uniform(4, 0.8 * seconds) for case in made[1:]}
            entries = [entry for case in made[1:] for entry in _come_due(case, started, moments[case.id])]
            people = list(db.session.scalars(select(Person.id).where(Person.id > first).order_by(Person.id)))
            plan = Plan(people, list(moments.items()), supervisor.id, made[0].id, seconds)
        db.session.remove()
        db.engine.dispose()
    return plan, entries


def _come_due(case: Case, started: float, after: float) -> list[Entry]:
    """Move the owner's last reminder of a case, and the first escalation after it, to a moment of the run."""
    armed = db.session.scalars(select(Timer).filter_by(case_id=case.id, state="armed").order_by(Timer.fire_at)).all()
    reminders = [timer for timer in armed if timer.audience == OWNER]
    escalation = next(timer for timer in armed if timer.audience != OWNER)
    for timer in reminders[:-1]:
        timer.state, timer.ended_at = "expired", clock.now()
    entries = []
    for timer, what, wait in ((reminders[-1], "reminder", 0), (escalation, "escalation", 3)):
        moment = started + after + wait
        timer.fire_at = clock.now() + timedelta(seconds=moment - time.time())
        entries.append(Entry(what, case.id, moment, timer.rung))
    return entries


def live(app: Flask, plan: Plan, entries: Sequence[Entry], ledger: Path, *, seed: int) -> int:
    """Let everything of the plan happen in its time; write the ledger."""
    dice, started = random.Random(seed), time.time()  # noqa: S311 - a seed repeats a run
    chunks = [plan.people[at : at + AT_ONCE] for at in range(0, len(plan.people), AT_ONCE)]
    happens: list[tuple[float, int, Callable[[], list[Entry]]]] = []
    for number, chunk in enumerate(chunks):
        at = started + plan.seconds * number / len(chunks)
        happens.append((at, len(happens), partial(_tell, chunk, number)))
        for person in chunk:
            if dice.random() < OPT_OUT:
                happens.append((at + dice.uniform(-1, 3), len(happens), partial(_opt_out, person)))
    for case, after in plan.cases:
        if dice.random() < CLOSE:
            at = started + after + dice.uniform(-3, 5)
            happens.append((at, len(happens), partial(_close, case, plan)))
    with app.app_context(), ledger.open("a") as book:
        db.engine.dispose(close=False)
        for entry in entries:
            print(json.dumps(asdict(entry)), file=book)
        for at, _, act in sorted(happens, key=lambda each: each[:2]):
            time.sleep(max(0.0, at - time.time()))
            for entry in _insist(act):
                print(json.dumps(asdict(entry)), file=book, flush=True)
        print(json.dumps(asdict(Entry("end", 0, time.time()))), file=book, flush=True)
    return 0


def read(ledger: Path) -> list[Entry]:
    """Return the lines of a ledger; the last is `end` when everything has happened."""
    return [Entry(**json.loads(line)) for line in ledger.read_text().splitlines()] if ledger.exists() else []


def _insist(act: Callable[[], list[Entry]]) -> list[Entry]:
    while True:
        try:
            with unit_of_work():
                entries = act()
        except SQLAlchemyError as fault:
            sys.stderr.write(f"office: {type(fault).__name__}, once more\n")
            db.session.remove()
            time.sleep(0.3)
        else:
            # Counted from the commit: whoever is told a moment before it was told in time.
            return [replace(entry, at=time.time()) for entry in entries]


def _tell(people: Sequence[int], number: int) -> list[Entry]:
    """Write a message to each of these: every other one an escalation, which never waits."""
    at = clock.now().isoformat()
    notices = [
        Notice("test_message", person, CHANNEL, f"chaos:{number}", message_class=person % 2, params={"at": at})
        for person in people
    ]
    post(notices)
    return [Entry("letter", notice.person_id, 0.0, notice.dedup_key) for notice in notices]


def _opt_out(person: int) -> list[Entry]:
    db.session.scalars(select(Person).filter_by(id=person).with_for_update()).one()
    db.session.add(Suppression(person_id=person, channel=CHANNEL, class_=person % 2))
    return [Entry("opted_out", person, 0.0)]


def _close(case_id: int, plan: Plan) -> list[Entry]:
    case = db.session.scalars(select(Case).filter_by(id=case_id).with_for_update(of=Case)).one()
    if case.state != "merged":  # the commit of an earlier try was not heard
        survivor = db.session.get_one(Case, plan.survivor)
        actor = actor_of(db.session.get_one(Person, plan.supervisor))
        advance(case, "merge", actor=actor, reason="同一事项", survivor=survivor)
    return [Entry("closed", case_id, 0.0)]
