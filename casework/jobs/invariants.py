"""The nightly look at the delivery protocol: what is broken raises an alarm, what holds again ends it.

The questions are asked outside of any transaction for writing: they read whole
tables, and nobody shall wait for them.
"""

from datetime import timedelta

from flask import current_app

from casework import clock, promises
from casework.config import Settings
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.invariants import INVARIANTS
from casework.notices.invariants.fact import Acceptance, Fact, Ground, ask, read_log
from casework.notices.ways import manners, out
from casework.operations.alarms import end_alarm, raise_alarm
from notifications.channels.simulator import Simulator

ALARM = "invariant_broken"
LOOK_BACK = timedelta(days=2)
NAMED = 5


def invariants(ref: str = "") -> dict:
    """Ask every invariant about the last two days; return how many hold, the broken ones by their code."""
    ground = ground_of(current_app.extensions["casework"], since=clock.now() - LOOK_BACK)
    facts: list[Fact] = []
    for each in INVARIANTS:
        facts += ask((each,), ground)
        db.session.rollback()
        if ref:
            with unit_of_work():
                promises.extend(ref, progress=len(facts), total=len(INVARIANTS))
    with unit_of_work():
        for fact in facts:
            _say(fact)
    return {
        "held": sum(fact.held and not fact.why_not for fact in facts),
        "broken": {fact.invariant.code: len(fact.offenders) for fact in facts if not fact.held},
    }


def ground_of(settings: Settings, *, log: tuple[Acceptance, ...] | None = None, **values: object) -> Ground:
    """Return the ground of this installation: its limits, and the simulator's log where that carrier is in use."""
    now = clock.now()  # before the log is read: what is in it later is not asked for
    if log is None and Simulator.code in out():
        path = settings.carrier_log
        log = read_log(path) if path.exists() else ()
    return Ground(now=now, log=log, log_channel=Simulator.code, manners=manners(), **values)  # type: ignore[arg-type]


def _say(fact: Fact) -> None:
    if fact.why_not:
        return
    if fact.held:
        end_alarm(ALARM, fact.invariant.code)
        return
    raise_alarm(ALARM, fact.invariant.code, {"count": len(fact.offenders), "first": list(fact.offenders[:NAMED])})
