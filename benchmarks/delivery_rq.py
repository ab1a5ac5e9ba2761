"""Two ways to tell many people something through RQ: ours by the batch with a row a recipient, and one job a recipient.

Both hand over to the same fake carrier. RQ alone is set up so that a job survives
the death of its worker.
"""

import importlib.metadata
import os
import sys
from collections.abc import Sequence

from flask import Flask
from redis import Redis
from rq import Queue, Retry, Worker
from sqlalchemy import insert, text

from benchmarks.fake_carrier import CHANNEL, accept
from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.post import Notice, post
from casework.people.models import Person
from tests.chaos.children import Children

AT_ONCE = 5000


def one(recipient: str) -> None:
    """Tell one recipient: the job of every peer."""
    accept([recipient])


class Ours:
    """The service: a row a recipient, drained by the batch."""

    name, kills = "casework, a batch a call", "horse"

    def __init__(self, app: Flask, batch_size: int, *, waits: str) -> None:
        """Send so many a call, with the waiting times of the product or short ones."""
        self._app, self._batch, self._waits = app, batch_size, waits

    def promise(self, recipients: Sequence[str]) -> None:
        """Write the people and a message for each."""
        with self._app.app_context():
            for at in range(0, len(recipients), AT_ONCE):
                some = recipients[at : at + AT_ONCE]
                with unit_of_work():
                    rows = [{"login": each, "name": "某", "email": each} for each in some]
                    ids = db.session.scalars(insert(Person).returning(Person.id), rows).all()
                    said = {"at": clock.now().isoformat()}
                    post(
                        [
                            Notice("test_message", each, CHANNEL, "benchmark", message_class=0, params=said)
                            for each in ids
                        ]
                    )
            db.session.execute(text("ANALYZE"))
            db.session.commit()
            db.session.remove()
            db.engine.dispose()

    def start(self, children: Children, *, workers: int = 1) -> None:
        """Keep so many workers and one scheduler."""
        for _ in range(workers):
            children.keep("worker", lambda: self._become("work"), role="worker")
        children.keep("scheduler", lambda: self._become("schedule"), role="scheduler")

    def _become(self, what: str) -> int:
        settings = self._app.extensions["casework"]
        program = [sys.executable, "-m", "benchmarks.delivery_worker"]
        given = [what, str(settings.data_dir), settings.database_url, settings.redis_url, str(self._batch), self._waits]
        given.append(str(settings.clock_offset.total_seconds()))
        os.execv(sys.executable, [*program, *given])  # noqa: S606 - nothing but what the service itself loads

    def recover(self) -> None:
        """Do nothing: the sweep does."""


class OverRq:
    """RQ, one job a recipient, tried again when its work horse dies."""

    name, kills = f"RQ {importlib.metadata.version('rq')}, a job each", "horse"

    def __init__(self, redis_url: str) -> None:
        """Use this queue server."""
        self._url = redis_url

    def promise(self, recipients: Sequence[str]) -> None:
        """Queue a job for each."""
        queue = Queue("peers", connection=Redis.from_url(self._url))
        jobs = [Queue.prepare_data(one, (each,), retry=Retry(max=20), result_ttl=0) for each in recipients]
        for at in range(0, len(jobs), 500):
            queue.enqueue_many(jobs[at : at + 500])

    def start(self, children: Children, *, workers: int = 1) -> None:
        """Keep so many workers."""
        for _ in range(workers):
            children.keep("worker", self._work, role="worker")

    def recover(self) -> None:
        """Do nothing: `Retry` does."""

    def _work(self) -> int:
        connection = Redis.from_url(self._url)
        Worker([Queue("peers", connection=connection)], connection=connection).work(logging_level="ERROR")
        return 0
