"""The service without its doors: what jobs, the scheduler and commands need, and nothing that only pages load.

Several processes of an office hold it at once, so what it loads is counted several times.
"""

import logging

from flask import Flask
from sqlalchemy import Engine

from casework import asking, clock, models, sealing, working_days
from casework.config import Settings
from casework.db import db, open_engine
from casework.notices import ways
from casework.notices.manners import Manners
from casework.people import weak_passwords
from notifications.channels.webhook import subscribers_of


def create_service(settings: Settings) -> Flask:
    """Build the service for one installation: database, keys, clock, ways out."""
    app = Flask("casework", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        TESTING=settings.testing,
    )
    app.extensions["casework"] = settings
    app.extensions["casework.tables"] = models.metadata
    clock.shift(settings.clock_offset)
    working_days.configure(settings.calendars_dir)
    weak_passwords.configure(None if settings.demo else settings.breached_passwords)
    ways.configure(
        settings.channels, subscribers=subscribers_of(settings.webhook), manners=Manners.read(settings.sending)
    )
    sealing.configure(sealing.KeyRing(settings.sealing_keys, settings.index_key, source=settings.key_source))
    db.init_app(app)
    with app.app_context():
        open_engine(_engine())
        asking.attach(_engine())
    logging.getLogger("casework").setLevel(logging.INFO)
    return app


def _engine() -> Engine:
    return db.engine


def _engine_options(settings: Settings) -> dict:
    if settings.database_url.startswith("sqlite"):
        return {}
    return {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}
