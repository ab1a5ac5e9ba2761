"""Where everything meets: `create_app(settings)` builds one application and nothing happens at import."""

from flask import Flask

from casework.api import routes as api_routes
from casework.config import Settings
from casework.doors import arriving, bodies, hosts, languages, problems, rates, security, sessions, strict_json, whence
from casework.doors import reach as reaches
from casework.doors.elsewhere import houses
from casework.jobs import SCHEDULE
from casework.service import create_service
from casework.web import site


def create_app(settings: Settings) -> Flask:
    """Build the service for one installation, and open its doors."""
    app = create_service(settings)
    app.config.update(
        # The prefix binds the cookie to this host and to TLS: no neighbour under the same domain can plant one.
        SESSION_COOKIE_NAME="__Host-casework" if settings.secure_cookies else "casework",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        JSON_AS_ASCII=False,
    )
    app.extensions["casework.schedule"] = SCHEDULE
    doors = (languages, security, hosts, sessions, reaches, bodies, rates, whence, problems, arriving, strict_json)
    for part in (*doors, houses, api_routes, site):
        part.attach(app)
    return app
