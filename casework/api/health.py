"""Whether the process lives, and whether it can serve.

Ready means: the database answers and stands at this program's migration. A
queue server that is away is said but is not fatal, because pages and changes
work without it and promised jobs are rung again.
"""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from casework.db import db
from casework.doors import doorbell
from casework.doors.sessions import open_to_all

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def pages() -> Blueprint:
    """Return the routes that a supervisor of processes asks."""
    blueprint = Blueprint("health", __name__)
    blueprint.add_url_rule("/healthz/live", "live", live)
    blueprint.add_url_rule("/healthz/ready", "ready", ready)
    return blueprint


@open_to_all
def live() -> Response:
    """Say that the process answers."""
    return jsonify(status="live")


@open_to_all
def ready() -> Response:
    """Say whether the service can serve: 200, or 503 with what is missing."""
    found = {"database": "ok", "migration": "ok", "queue": "ok" if doorbell.reachable() else "unreachable"}
    try:
        if _revision() != _head():
            found["migration"] = "behind"
    except SQLAlchemyError:
        found |= {"database": "unreachable", "migration": "unknown"}
    fit = found["database"] == found["migration"] == "ok"
    answer = jsonify(status="ready" if fit else "not ready", checks=found)
    answer.status_code = 200 if fit else 503
    return answer


def _revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()
