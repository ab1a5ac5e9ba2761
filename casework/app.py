"""Where everything meets: `create_app(settings)` builds one application and nothing happens at import."""

from flask import Flask

from casework.api import routes as api_routes
from casework.config import Settings
from casework.doors import arriving, languages, problems, security, sessions
from casework.jobs import SCHEDULE
from casework.service import create_service
from casework.web import routes as web_routes


def create_app(settings: Settings) -> Flask:
    """Build the service for one installation, and open its doors."""
    app = create_service(settings)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 1024 * 1024,
        SESSION_COOKIE_NAME="casework",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        JSON_AS_ASCII=False,
    )
    app.extensions["casework.schedule"] = SCHEDULE
    for part in (languages, security, sessions, problems, arriving, api_routes, web_routes):
        part.attach(app)
    return app
