"""`casework schedule`: wake up every few seconds, claim the turns that have come, and do or promise their work.

Any number of schedulers may run: each turn is a row that only one can insert.
Nothing is kept in this process that would be missed if it died.
"""

import logging
import os
import signal
import socket
import threading
from datetime import datetime
from types import FrameType

from flask import Flask
from sqlalchemy.exc import DBAPIError

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.jobs import SCHEDULE, housekeeping
from casework.jobs.fuse import look_at_clocks

log = logging.getLogger("casework.scheduler")
WAKE_EVERY = 5.0
BEAT = housekeeping.SCHEDULER
PROCESS = f"{socket.gethostname()[:40]}:{os.getpid()}"


def schedule(app: Flask, *, wake_every: float = WAKE_EVERY) -> int:
    """Keep time until SIGTERM or SIGINT; return the exit status. A database that is away is waited for."""
    stop = threading.Event()

    def hear(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, hear) for number in (signal.SIGTERM, signal.SIGINT)}
    taken: dict[str, datetime] = {}
    try:
        with app.app_context():
            while not stop.is_set():
                wake(taken)
                stop.wait(wake_every)
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
    return 0


def wake(taken: dict[str, datetime]) -> tuple[str, ...]:
    """Say that the scheduler lives and take every turn that has come; return the tasks that were ours.

    `taken` remembers the turns that this process has already asked for, so that
    a daily task does not ask the database every five seconds.
    """
    ours = []
    try:
        with unit_of_work():
            promises.beat(BEAT, PROCESS)
            promises.beat(f"{BEAT}@{PROCESS}")
        look_at_clocks()  # before anything is done by them
        for task in SCHEDULE:
            turn = task.turn(clock.now())
            if turn is None or taken.get(task.task) == turn:
                continue
            if task.take(turn):
                ours.append(task.task)
            taken[task.task] = turn
    except DBAPIError as fault:
        log.warning(
            N_("数据库暂时不可用（%(reason)s），稍后再试；到期的事项不会丢失。"), {"reason": type(fault.orig).__name__}
        )
    finally:
        db.session.remove()
    return tuple(ours)
