"""Answers and opt-outs race the gate, many rounds: whoever was first with an answer is not told, everybody else is."""

import time
from datetime import UTC, datetime
from functools import partial
from random import Random

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Record
from casework.notices import facts as gate_facts
from casework.notices.graduates import graduates
from casework.notices.invariants.fact import Ground
from casework.notices.invariants.graduates import after_the_answer
from casework.notices.models import Message
from casework.operations import drain
from casework.operations.drain import claim_batch, pass_gate
from casework.operations.opt_out_graduates import opt_out_graduates
from casework.operations.take_answer import take_answer
from tests.casework.campaigns.august import august
from tests.casework.notices.outward import BASE
from tests.casework.notices.told_wave import TEN, begin
from tests.support.together import together

__all__ = ["august"]

ROUNDS, EACH, SILENT = 10, 6, 2
LONGEST_WAIT = 0.06
A_LETTER_TAKES = 0.005
"""So long somebody may come in between the gate's questions and its word."""


@pytest.fixture
def running_clock(august, monkeypatch):
    """Let the clock go on from the morning of the first wave: moments tell who was first."""
    monkeypatch.setattr(clock, "_stopped", None)
    monkeypatch.setattr(clock, "_offset", TEN - datetime.now(UTC))


@pytest.fixture
def slow_letters(monkeypatch):
    ordinary = drain.letter

    def slowly(message, **given):
        time.sleep(A_LETTER_TAKES)
        return ordinary(message, **given)

    monkeypatch.setattr(drain, "letter", slowly)


def answers(record_id, wait):
    time.sleep(wait)
    with unit_of_work():
        take_answer(db.session.get_one(Record, record_id), answer="confirmed", verified=True)


def opts_out(record_id, wait):
    time.sleep(wait)
    with unit_of_work():
        opt_out_graduates([record_id], by="sms")


def passes(claimed, wait):
    time.sleep(wait)
    with unit_of_work():
        pass_gate(claimed, base_url=BASE)


def race(app):
    """Race batch by batch; return who answered."""
    dice, spoke = Random(5), set()  # noqa: S311 - no secret
    for _ in range(ROUNDS):
        with unit_of_work():
            claimed = claim_batch("simulator", size=EACH, worker="w")
        mine = select(Message.record_id).filter_by(attempt_id=claimed.attempt_id).order_by(Message.id)
        ids = db.session.scalars(mine).all()
        db.session.rollback()
        tasks = [partial(passes, claimed, dice.uniform(0, LONGEST_WAIT))]
        for place, each in enumerate(ids[SILENT:]):
            act = opts_out if place == 0 else answers
            tasks.append(partial(act, each, dice.uniform(0, LONGEST_WAIT)))
        assert together(app, tasks) == [None] * len(tasks)
        spoke.update(ids[SILENT:])
    return spoke


def offenders():
    db.session.rollback()
    return list(after_the_answer(Ground(now=clock.now())))


@pytest.mark.usefixtures("running_clock", "slow_letters")
def test_no_letter_passes_the_gate_after_an_answer_however_close_they_come(app, august):
    told = begin(august, ROUNDS * EACH)
    spoke = race(app)
    assert offenders() == []
    states = {message.record_id: message.state for message in told.messages()}
    assert {state for record_id, state in states.items() if record_id not in spoke} == {"submitting"}
    assert {states[record_id] for record_id in spoke} == {"suppressed", "submitting"}, "nobody raced"


@pytest.mark.usefixtures("running_clock", "slow_letters")
def test_a_gate_that_believes_what_was_true_at_the_claim_is_caught(app, august, monkeypatch):
    begin(august, ROUNDS * EACH)
    earlier = {}

    def as_before(messages, *, lock=False):
        known = earlier.setdefault("facts", graduates(range(1, ROUNDS * EACH + 1)))
        return gate_facts.Facts(**(vars(gate_facts.facts_of(messages)) | {"graduates": known, "answered": set()}))

    monkeypatch.setattr(drain, "facts_of", as_before)
    race(app)
    assert offenders()


@pytest.mark.usefixtures("running_clock", "slow_letters")
def test_a_gate_without_the_lock_is_caught_where_writers_do_not_exclude_each_other(app, august, monkeypatch):
    begin(august, ROUNDS * EACH)
    monkeypatch.setattr(gate_facts, "graduates", lambda ids, **_: graduates(ids))
    race(app)
    assert bool(offenders()) is (db.engine.dialect.name == "postgresql")
