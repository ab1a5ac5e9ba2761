"""The application on a database of the test's own, with its context pushed."""

from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event

from casework.config import Settings
from casework.db import db
from casework.operations import passwords
from tests.support.sooner import STATEMENTS, TEMPLATES, loaded


@pytest.fixture
def settings(tmp_path, database):
    """Return settings of an installation in the test's own folder; nothing is queued anywhere."""
    for folder in ("files", "staging", "queue"):
        (tmp_path / folder).mkdir()
    return Settings(
        data_dir=tmp_path,
        database_url=database,
        redis_url="unix:///nowhere/queue.sock",
        secret_key="secret for tests",
        sealing_keys={"k1": bytes(range(32))},
        index_key=bytes(range(32, 64)),
        testing=True,
        rate_limits=False,  # buckets outlive a test
    )


def _need_not_last(connection, _record):
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def inside(application):
    """Go inside an application, and let go of its connections afterwards."""
    with application.app_context():
        # argon2id still, at the least price: three are hashed for every office that a test makes
        passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        application.jinja_env.bytecode_cache = TEMPLATES
        db.engine.update_execution_options(compiled_cache=STATEMENTS[db.engine.dialect.name])
        if db.engine.dialect.name == "sqlite":  # no test outlives a power cut: none waits for the disk
            event.listen(db.engine, "connect", _need_not_last)
        yield application
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def app(settings):
    """Return the service inside its context, without doors: to open those takes longer than most tests run."""
    with inside(loaded("casework.service").create_service(settings)) as application:
        yield application


@pytest.fixture
def app_with_doors(settings):
    """Return the whole application, pages and API included, inside its context."""
    # Loaded when first asked for: the pure packages are tested without waiting for the whole service.
    with inside(loaded("casework.app").create_app(settings)) as application:
        yield application


@pytest.fixture
def client(app):
    """Return a visitor who has not signed in."""
    return app.test_client()
