"""The service at a real address: a web server with threads, and a worker on the queue server.

Both live in threads of the tests: a process each would load everything anew,
and that processes come up, fork and end is tested where they are started. The
clock runs, from a Monday of July 2024 on, as the sample university does.
"""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty
from werkzeug.serving import WSGIRequestHandler, make_server

from casework import clock, config
from casework.app import create_app
from casework.db import db
from casework.doors import doorbell, queues

MONDAY = datetime(2024, 7, 29, 10, 0, tzinfo=clock.BEIJING)
LOOKS_EVERY = 0.1


class ThreadWorker(SimpleWorker):
    """A worker that leaves the signals to the main thread."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        """Do without: signals are heard by the main thread alone."""


class QuietHandler(WSGIRequestHandler):
    """A connection that writes no line for each request, which would drown what a failure shows."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service(command_line, settings, queue_url, monkeypatch):
    """Return the address of the running service of the installation that the command line works on."""
    config.mark_demo(settings.data_dir, clock_offset=MONDAY - datetime.now(UTC))
    monkeypatch.setenv("REDIS_URL", queue_url)
    app = create_app(config.load())
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    stop = threading.Event()
    with _running(server.serve_forever), _running(lambda: _work(app, stop)):
        yield f"http://127.0.0.1:{server.server_port}"
        stop.set()
        server.shutdown()
    server.server_close()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    clock.shift(timedelta())


@contextmanager
def _running(target):
    thread = threading.Thread(target=target)
    thread.start()
    yield
    thread.join(10)


def _work(app, stop):
    with app.app_context():
        connection = doorbell.connection()
        every = [doorbell.queue(name, connection) for name in queues.EVERY]
        while not stop.wait(LOOKS_EVERY):
            if not all(queue.is_empty() for queue in every):
                worker = ThreadWorker(every, connection=connection, serializer=JSONSerializer)
                worker.work(burst=True, logging_level="WARNING")
        connection.close()
