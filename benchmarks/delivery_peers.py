"""Two other ways to tell many people something by one worker: Celery and procrastinate, one job a recipient.

They begin as their guides do, set up so that a job survives the death of its
worker where they can, and hand over to the same fake carrier as ours: a line in a
file, then the way back of the answer.
"""

import asyncio
from collections.abc import Sequence

import celery
import procrastinate

from benchmarks.delivery_rq import one
from tests.chaos.children import Children


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
