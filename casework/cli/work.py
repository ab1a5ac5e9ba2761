"""`casework work`: a worker that takes jobs from the queues and keeps the promises behind them.

The queue knows one function and a ref; due times, retries and what was sent
are the database's. A worker that starts before the queue server waits for it
and says so. Of several workers one at least is `quick`: it begins nothing that
takes long, so that an import never stands before an escalation.
"""

import logging
import os
import signal
import threading
from types import FrameType
from typing import Any

from flask import Flask
from redis import RedisError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from casework.cli import sessions
from casework.db import db
from casework.doors import doorbell, queues, workers
from casework.errors import N_
from casework.jobs import housekeeping

log = logging.getLogger("casework.worker")
LONGEST_PAUSE = 15.0
SILENT_AFTER = 60  # seconds without a word after which the queue server takes a worker for lost


class ContextWorker(Worker):
    """A worker whose forked work horse runs inside the application's context, on connections of its own."""

    app: Flask

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Leave the parent's sockets alone, then work; and do not outlive the parent, or the job would run twice."""
        sessions.die_with_the_parent(signal.SIGKILL)
        if str(os.getppid()) != self.name.rsplit(".", 2)[1]:
            os._exit(1)  # it died between the fork and the line above
        with self.app.app_context():
            for engine in db.engines.values():
                engine.dispose(close=False)  # they are the parent's; closing them would end its conversations
            super().main_work_horse(job, queue)

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
        """Take the promise back from a work horse that was ended from outside, so that it need not run out."""
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)
        with self.app.app_context():
            housekeeping.take_back([doorbell.ref_of(job.id)])
            for engine in db.engines.values():
                engine.dispose()


def work(app: Flask, *, burst: bool = False, quick: bool = False) -> int:
    """Work until SIGTERM or SIGINT (or, with `burst`, until the queues are empty); return the exit status.

    The first signal lets the running job finish. The queue server may be away at
    the start and at any time after. A `quick` worker begins nothing heavy.
    """
    with app.app_context():
        if not _wait_for_queue_server():
            return 0
        housekeeping.reap()
        connection = doorbell.connection()
        for engine in db.engines.values():
            engine.dispose()
        names = queues.QUICK if quick else queues.EVERY
        worker = ContextWorker(
            [doorbell.queue(name, connection) for name in names],
            name=workers.own_name(),
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=SILENT_AFTER,
        )
        worker.app = app
        worker.log_result_lifespan = False
        worker.work(burst=burst, logging_level="WARNING", with_scheduler=False)
    return 0


def _wait_for_queue_server() -> bool:
    """Return once the queue server answers; False when a signal asked to stop before."""
    stop = threading.Event()

    def hear(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, hear) for number in (signal.SIGTERM, signal.SIGINT)}
    pause = 1.0
    try:
        while not stop.is_set():
            try:
                doorbell.connection().ping()
            except RedisError as fault:
                told = {"reason": type(fault).__name__, "pause": f"{pause:g}"}
                log.warning(N_("队列服务暂时连不上（%(reason)s），%(pause)s 秒后再试；已登记的工作不会丢失。"), told)
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return True
        return False
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
