"""A person lets messages go on that the clock fuse, or a carrier's refusal of their text, has stopped."""

from casework import clock, journal
from casework.errors import N_, Conflict, NotFound
from casework.notices.post import ring
from casework.notices.queries import waiting_channels
from casework.notices.stops import CLOCK_FUSE, TEMPLATE_REFUSED, stops
from casework.notices.ways import out
from casework.operations.alarms import end_alarm
from casework.operations.permit_message import ACT
from casework.operations.permit_service import permit_service
from workflows.access import SYSTEM, Actor, scope_of

STOPPING = (CLOCK_FUSE, TEMPLATE_REFUSED)


def release_stop(code: str, *, subject: str = "", actor: Actor) -> tuple[str, ...]:
    """End the alarm that stops sending; return the channels that are rung for because something waits there.

    `subject` is empty for the fuse and `channel:kind` for a refused text. Raises `NotFound` for any other
    alarm, `Conflict` when it is not open.
    """
    permit_service(actor, ACT)
    if code not in STOPPING:
        raise NotFound(N_("没有这一种暂停。可以恢复的是 clock_fuse 和 template_refused。"))
    if not end_alarm(code, subject):
        raise Conflict(N_("这里没有暂停发送，不需要恢复。"), code="not_stopped")
    seats = [] if actor is SYSTEM else [scope.organisation_id for scope in scope_of(actor, ACT)]
    journal.record(
        organisation_id=seats[0] if seats else 0,
        action="sending:release",
        actor=str(actor.id),
        subject=f"{code} {subject}".strip(),
    )
    waiting = set(waiting_channels(clock.now(), stopped=stops())) & set(out())
    return tuple(channel for channel in sorted(waiting) if ring(channel))
