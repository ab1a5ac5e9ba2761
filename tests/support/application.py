"""The application on a database of the test's own, with its context pushed."""

from importlib import import_module

import pytest

from casework.config import Settings
from casework.db import db


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
    )


@pytest.fixture
def app(settings):
    """Return the application, inside its context, and let go of its connections afterwards."""
    # Loaded when first asked for: the pure packages are tested without waiting for the whole service.
    application = import_module("casework.app").create_app(settings)
    with application.app_context():
        yield application
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def client(app):
    """Return a visitor who has not signed in."""
    return app.test_client()
