"""Whether the process lives, and whether it can serve.

Ready means: the database answers and stands at this program's migration. A
queue server that is away is said but is not fatal, because pages and changes
work without it and promised jobs are rung again. So is a sweep that is silent:
taking the pages away would mend nothing.
"""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from casework import clock
from casework.api.metrics import metrics
from casework.db import db
from casework.deadlines.queries import overdue_timers
from casework.doors import doorbell
from casework.doors.sessions import open_to_all
from casework.overview import service

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def pages() -> Blueprint:
    """Return the routes that a supervisor of processes asks."""
    blueprint = Blueprint("health", __name__)
    blueprint.add_url_rule("/healthz/live", "live", live)
    blueprint.add_url_rule("/healthz/ready", "ready", ready)
    blueprint.add_url_rule("/metrics", "metrics", metrics)
    return blueprint


@open_to_all
def live() -> Response:
    """Say that the process answers."""
    return jsonify(status="live")


@open_to_all
def ready() -> Response:
    """Say whether the service can serve: 200, or 503 with what is missing."""
    found = {"database": "ok", "migration": "ok", "queue": "ok" if doorbell.reachable() else "unreachable"}
    facts: dict[str, object] = {}
    try:
        facts["schema"] = revision = _revision()
        if revision != _head():
            found["migration"] = "behind"
        else:
            facts |= _facts()
    except SQLAlchemyError:
        found |= {"database": "unreachable", "migration": "unknown"}
    fit = found["database"] == found["migration"] == "ok"
    answer = jsonify(status="ready" if fit else "not ready", checks=found, facts=facts)
    answer.status_code = 200 if fit else 503
    return answer


def _facts() -> dict[str, object]:
    now = clock.now()
    age = service.sweep_age(now)
    return {
        "sweep_age_seconds": None if age is None else round(age, 1),
        "messages_ready": sum(each.now for each in service.backlog(now)),
        "timers_overdue": overdue_timers(),
        "jobs_waiting": sum(each.waiting for each in service.work(now)),
        "alarms_open": len(service.open_alarms()),
    }


def _revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()
