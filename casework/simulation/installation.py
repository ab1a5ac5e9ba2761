"""A service of its own for one rehearsal: a temporary folder, an empty database, and a carrier that reaches nobody.

Never the office's own: nothing of its settings, keys or database is opened here.
What a process has only once (keys, ways out, clock) is given back to the application
around it, where there is one.
"""

import logging
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app, has_app_context
from sqlalchemy import event

from casework.config import Settings
from casework.db import db
from casework.keys import KEY_BYTES
from casework.service import create_service

QUIET = ("casework.doorbell", "casework.jobs", "casework.alarms")
NOWHERE = "unix:///nonexistent/queue.sock"


@contextmanager
def temporary_installation() -> Iterator[Flask]:
    """Yield an application on an empty database, inside its context; nothing is left of it afterwards."""
    with _put_back(), tempfile.TemporaryDirectory(prefix="casework-rehearsal-") as folder:
        app = create_service(_settings(Path(folder)))
        with app.app_context():
            event.listen(db.engine, "connect", _hurry)
            try:
                db.create_all()
                yield app
            finally:
                db.session.remove()
                for engine in db.engines.values():
                    engine.dispose()


@contextmanager
def _put_back() -> Iterator[None]:
    outer: Settings | None = current_app.extensions["casework"] if has_app_context() else None
    loggers = {name: logging.getLogger(name) for name in QUIET}
    levels = {name: logger.level for name, logger in loggers.items()}
    for logger in loggers.values():
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for name, logger in loggers.items():
            logger.setLevel(levels[name])
        if outer is not None:
            create_service(outer)


def _settings(folder: Path) -> Settings:
    for name in ("files", "staging", "queue"):
        (folder / name).mkdir()
    return Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'rehearsal.sqlite3'}",
        redis_url=NOWHERE,
        secret_key=secrets.token_hex(KEY_BYTES),
        sealing_keys={"k1": secrets.token_bytes(KEY_BYTES)},
        index_key=secrets.token_bytes(KEY_BYTES),
        channels=("inbox", "simulator"),
    )


def _hurry(connection: object, _record: object) -> None:
    """Let the disk be late: what is lost with the power is a rehearsal."""
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]
