"""Where everything meets: `create_app(settings)` builds one application and nothing happens at import."""

import logging

from flask import Flask
from sqlalchemy import Engine

from casework import clock, models, sealing, working_days
from casework.api import routes as api_routes
from casework.config import Settings
from casework.db import db, open_engine
from casework.doors import arriving, languages, problems, security, sessions
from casework.jobs import SCHEDULE
from casework.notices import ways
from casework.notices.manners import Manners
from casework.web import routes as web_routes
from notifications.channels.webhook import subscribers_of


def create_app(settings: Settings) -> Flask:
    """Build the service for one installation: database, keys, clock, doors."""
    app = Flask("casework", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 1024 * 1024,
        SESSION_COOKIE_NAME="casework",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        TESTING=settings.testing,
        JSON_AS_ASCII=False,
    )
    app.extensions["casework"] = settings
    app.extensions["casework.tables"] = models.metadata
    app.extensions["casework.schedule"] = SCHEDULE
    clock.shift(settings.clock_offset)
    working_days.configure(settings.calendars_dir)
    ways.configure(
        settings.channels, subscribers=subscribers_of(settings.webhook), manners=Manners.read(settings.sending)
    )
    sealing.configure(sealing.KeyRing(settings.sealing_keys, settings.index_key))
    db.init_app(app)
    with app.app_context():
        open_engine(_engine())
    for part in (languages, security, sessions, problems, arriving, api_routes, web_routes):
        part.attach(app)
    logging.getLogger("casework").setLevel(logging.INFO)
    return app


def _engine() -> Engine:
    return db.engine


def _engine_options(settings: Settings) -> dict:
    if settings.database_url.startswith("sqlite"):
        return {}
    return {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}
