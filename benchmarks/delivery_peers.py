"""Four ways to tell many people something by one worker, each kept by a process of its own.

Ours sends batches and keeps a row a recipient; the peers run one job a
recipient, as their guides begin, set up so that a job survives the death of its
worker where they can. All of them hand over to the same fake carrier: a line in
a file, then the way back of the answer.
"""

import asyncio
import importlib.metadata
import os
import sys
from collections.abc import Sequence

import celery
import procrastinate
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

    def start(self, children: Children) -> None:
        """Keep one worker and one scheduler."""
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

    def start(self, children: Children) -> None:
        """Keep one worker."""
        children.keep("worker", self._work, role="worker")

    def recover(self) -> None:
        """Do nothing: `Retry` does."""

    def _work(self) -> int:
        connection = Redis.from_url(self._url)
        Worker([Queue("peers", connection=connection)], connection=connection).work(logging_level="ERROR")
        return 0


class OverCelery:
    """Celery, one task a recipient, acknowledged late and handed out again when its process dies."""

    name, kills = f"Celery {celery.__version__}, a task each", "horse"

    def __init__(self, redis_url: str) -> None:
        """Use this broker."""
        self._app = celery.Celery("peers", broker=f"redis+socket://{redis_url.removeprefix('unix://')}")
        self._app.conf.update(
            task_acks_late=True,
            task_reject_on_worker_lost=True,
            task_ignore_result=True,
            worker_prefetch_multiplier=1,
            worker_hijack_root_logger=False,
            broker_transport_options={"visibility_timeout": 5},
            broker_connection_retry_on_startup=True,
        )
        self._one = self._app.task(one, name="one")

    def promise(self, recipients: Sequence[str]) -> None:
        """Queue a task for each."""
        for each in recipients:
            self._one.delay(each)

    def start(self, children: Children) -> None:
        """Keep one worker with one process."""
        options = [
            "worker",
            "--pool=prefork",
            "--concurrency=1",
            "--loglevel=ERROR",
            "--without-gossip",
            "--without-mingle",
        ]
        children.keep("worker", lambda: self._app.worker_main(options) or 0, role="worker")

    def recover(self) -> None:
        """Do nothing: the visibility timeout does."""


class OverProcrastinate:
    """Procrastinate, one job a recipient in PostgreSQL; what a death has left is retried as its guide shows."""

    name, kills = f"procrastinate {procrastinate.__version__}, a job each", "worker"

    def __init__(self, url: str) -> None:
        """Use this database."""
        self._url = url
        with self._app().open() as app:
            app.schema_manager.apply_schema()

    def promise(self, recipients: Sequence[str]) -> None:
        """Queue a job for each."""
        with self._app().open() as app:
            app.tasks["one"].batch_defer(*({"recipient": each} for each in recipients))

    def start(self, children: Children) -> None:
        """Keep one worker."""
        children.keep("worker", lambda: asyncio.run(self._work()) or 0, role="worker")

    def recover(self) -> None:
        """Retry what stands as being done by nobody."""
        asyncio.run(self._retry_stalled())

    async def _work(self) -> None:
        async with self._app(asynchronous=True).open_async() as app:
            await app.run_worker_async(concurrency=1, update_heartbeat_interval=1, stalled_worker_timeout=3)

    async def _retry_stalled(self) -> None:
        async with self._app(asynchronous=True).open_async() as app:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=3):
                await app.job_manager.retry_job(job)

    def _app(self, *, asynchronous: bool = False) -> procrastinate.App:
        kind = procrastinate.PsycopgConnector if asynchronous else procrastinate.SyncPsycopgConnector
        app = procrastinate.App(connector=kind(conninfo=self._url))
        app.task(one, name="one")
        return app
