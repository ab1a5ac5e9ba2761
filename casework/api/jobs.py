"""How far a promised job is, and stopping one, for whoever may see what it is about."""

from collections.abc import Mapping

from sqlalchemy import select

from casework import clock
from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.intake import JobOut
from casework.db import db
from casework.doors.problems import translated
from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.intake.models import Batch
from casework.operations.change_dates import RETIME
from casework.operations.promise_look import LOOK
from casework.operations.stop_promise import STOPPABLE, stop_promise
from casework.people.models import Organisation
from casework.promises import Promise
from workflows.access import scope_of

jobs = Resource("jobs", "Work that runs in its own time")
ABOUT_BATCHES = ("stage_batch", "confirm_batch")
OF_ROUNDS = (LOOK, RETIME)


@jobs.operation("GET", "/jobs/<name:ref>", query=Query, out=JobOut)
def read_job(_query: dict, ref: str) -> object:
    """Read how far a job is and what came of it."""
    return shown(get_job(ref))


@jobs.operation("POST", "/jobs/<name:ref>/stop", out=JobOut)
def stop_job(ref: str) -> object:
    """Stop a screening or a back-test; one that is under way ends after the present rule, without a trace."""
    return shown(stop_promise(get_job(ref), actor=current_actor()))


def get_job(ref: str) -> Promise:
    """Return a job that the caller may see."""
    found = db.session.scalars(select(Promise).filter_by(ref=ref)).one_or_none()
    if found is None or not _may_see(found.name, found.arguments):
        raise NotFound(N_("没有找到这项后台任务，或不在您的权限范围内。"))
    return found


def shown(promise: Promise) -> dict[str, object]:
    """Return a promise as programs see it; a fault of ours shows no more than that it failed."""
    names = ("ref", "name", "progress", "total", "promised_at", "done_at", "failed_at")
    result = dict(promise.result or {})
    refusal = result.pop("refusal", None)
    return {name: getattr(promise, name) for name in names} | {
        "state": _state(promise),
        "result": result or None,
        "refusal": translated(refusal["message"], refusal["params"]) if refusal else None,
    }


def _state(promise: Promise) -> str:
    if promise.done_at or promise.failed_at:
        return "done" if promise.done_at else "failed"
    return "running" if promise.lease_until and promise.lease_until > clock.now() else "waiting"


def _may_see(name: str, arguments: Mapping[str, object]) -> bool:
    actor = current_actor()
    if name in ABOUT_BATCHES:
        wanted = select(Batch.id).filter_by(ref=arguments["batch"])
        return bool(db.session.scalar(wanted.where(seen.within(Batch.organisation_id, actor, "import:run"))))
    if name in OF_ROUNDS:
        return arguments.get("actor") == actor.id and bool(scope_of(actor, "round:settings"))
    if name in STOPPABLE:
        wanted = select(Organisation.id).filter_by(id=arguments["organisation"])
        return bool(db.session.scalar(wanted.where(seen.within(Organisation.id, actor, STOPPABLE[name]))))
    return False
