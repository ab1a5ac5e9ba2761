"""The state of the machinery, and running a task of the day now, for whoever looks after the installation."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_babel import get_locale

from casework import clock, promises
from casework.api.jobs import shown
from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.intake import JobOut
from casework.api.schemas.service import ServiceOut
from casework.doors.sessions import current_actor
from casework.notices.models import Alarm
from casework.operations.permit_service import WATCH, permit_service
from casework.operations.run_task import run_task
from casework.overview import service as machinery
from casework.overview import tasks
from notifications.wording import WORDINGS

service = Resource("service", "The machinery itself: alarms, periodic tasks, what waits")
_SCHEDULE = "casework.schedule"


@service.operation("GET", "/service", query=Query, out=ServiceOut)
def read_service(_query: dict) -> object:
    """Read how the machinery is; numbers and codes only."""
    permit_service(current_actor(), WATCH)
    now = clock.now()
    return {
        "sweep_age_seconds": machinery.sweep_age(now),
        "alarms": [_alarm(each) for each in (*machinery.open_alarms(), *machinery.past_alarms())],
        "tasks": [_task(line) for line in tasks.lines(_schedule(), now=now)],
        "jobs": [
            {"job": each.name, "waiting": each.waiting, "running": each.running, "failed": each.failed}
            for each in machinery.work(now)
        ],
        "backlog": machinery.backlog(now),
        "stuck": machinery.stuck(),
        "processes": [{"name": beat.name, "heard_at": beat.beat_at} for beat in promises.beats()],
    }


@service.operation("POST", "/service/tasks/<name:task>/runs", out=JobOut, status=201)
def run_now(task: str) -> object:
    """Run a task of the day now; it looks first at what is already done, so twice does no harm."""
    daily = {each.task: each.arguments for each in _schedule() if each.by_hand}
    return shown(run_task(task, daily=daily, actor=current_actor()))


def _alarm(alarm: Alarm) -> dict[str, object]:
    words = WORDINGS["zh" if str(get_locale() or "zh").startswith("zh") else "en"].alarms.get(alarm.code)
    names = ("code", "subject", "found_at", "seen_at", "ended_at", "times", "facts")
    told = {"name": words.name if words else alarm.code, "advice": words.advice if words else ""}
    return {name: getattr(alarm, name) for name in names} | told


def _task(line: tasks.TaskLine) -> dict[str, object]:
    names = ("task", "last_at", "seconds", "fault", "next_at", "expected", "fired", "late", "by_hand")
    return {name: getattr(line, name) for name in names} | {"every_seconds": line.every}


def _schedule() -> Sequence[Any]:
    handed_over: Sequence[Any] = current_app.extensions[_SCHEDULE]
    return handed_over
