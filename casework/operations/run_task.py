"""Run a task of the day now, because somebody who looks after the installation wants it so; with a trace."""

from collections.abc import Mapping

from sqlalchemy import select

from casework import journal, promises
from casework.db import db
from casework.errors import N_, Conflict, NotFound
from casework.operations.permit_service import RUN, permit_service
from casework.people.queries import lock_organisation
from casework.promises import Promise
from workflows.access import Actor, scope_of


def run_task(task: str, *, daily: Mapping[str, Mapping[str, object]], actor: Actor) -> Promise:
    """Promise the job of a daily task; raise `NotFound` for any other, `Conflict` while it is promised already.

    `daily` are the tasks that may be run by hand, each with its arguments. Running one
    twice does no harm: each looks first at what is already done.
    """
    permit_service(actor, RUN)
    if task not in daily:
        raise NotFound(N_("没有这项每日任务。"))
    seat = scope_of(actor, RUN)[0].organisation_id
    lock_organisation(seat)
    under_way = select(Promise.id).filter_by(name=task, done_at=None, failed_at=None)
    if db.session.scalar(under_way.limit(1)) is not None:
        raise Conflict(N_("这项任务已在等待或正在进行，不必再运行一次。"), code="task_under_way")
    promised = promises.promise(task, **daily[task])
    db.session.flush()  # the answer tells when it was promised
    journal.record(organisation_id=seat, action="service:run", actor=str(actor.id), subject=task)
    return promised
