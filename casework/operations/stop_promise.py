"""Stop a promised job that nobody wants any more: a screening, or the back-test of settings.

One that has not begun is over at once. One that is under way is asked; it looks
after every rule, ends without a trace and says so.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import update

from casework import clock, journal
from casework.db import affected, db
from casework.errors import N_, Conflict, NotFound
from casework.operations.permit import answered_as, permit
from casework.people.models import Organisation
from casework.promises import Promise
from workflows.access import Actor

STOPPABLE: Mapping[str, str] = MappingProxyType({"screen": "screening:run", "back_test": "round:settings"})
"""Which jobs look whether they are still wanted, and who may stop each."""

STOPPED = N_("筛查已按要求停止，未保留任何结果。")


def stop_promise(promised: Promise, *, actor: Actor) -> Promise:
    """Ask a job to stop; raise `Conflict` when it is over already or cannot be stopped."""
    if promised.name not in STOPPABLE:
        raise Conflict(N_("这项工作不能中途停止。"), code="not_stoppable")
    organisation = db.session.get_one(Organisation, promised.arguments["organisation"])
    with answered_as(NotFound(N_("没有找到这次筛查，或不在您的权限范围内。"))):
        permit(actor, STOPPABLE[promised.name], organisation=organisation)
    running = update(Promise).filter_by(id=promised.id, done_at=None, failed_at=None)
    refusal = {"refusal": {"code": "screening_stopped", "message": STOPPED, "params": {}}}
    now = clock.now()
    never_begun = running.where(Promise.attempts == 0).values(
        stop_asked_at=now, failed_at=now, fault=STOPPED, result=refusal
    )
    if not affected(never_begun) and not affected(running.values(stop_asked_at=now)):
        raise Conflict(N_("这项工作已经结束，没有什么可停止的。"), code="already_over")
    journal.record(
        organisation_id=organisation.id,
        action="screening:stop",
        actor=str(actor.id),
        subject=promised.ref,
        facts={"job": promised.name},
    )
    db.session.refresh(promised)
    return promised
