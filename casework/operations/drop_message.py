"""Let a message be that no attempt has got across, with a reason; it stays in the records as it ended."""

from casework import journal
from casework.errors import N_, Invalid
from casework.notices.models import Message
from casework.operations.permit_message import ACT, permit_message
from casework.operations.resend import handled, locked, refuse_handled
from workflows.access import Actor

DROPPED = "dropped"
LONGEST = 300


def drop_message(message: Message, *, reason: str, actor: Actor) -> None:
    """Take a stuck message off the list; raises `Invalid` without a reason and `Conflict` when it is not stuck."""
    organisation_id = permit_message(actor, ACT, message)
    if not reason.strip():
        raise Invalid(N_("没有写理由，没有办理。"), fields={"reason": N_("请写明为什么不再发送。")})
    if len(reason) > LONGEST:
        raise Invalid(N_("理由过长，没有办理。"), fields={"reason": N_("最多%(most)s个字。")}, params={"most": LONGEST})
    stuck = locked(message)
    refuse_handled(stuck)
    handled(stuck, DROPPED, actor=actor)
    journal.record(
        organisation_id=organisation_id,
        action="delivery:drop",
        actor=str(actor.id),
        subject=stuck.ref,
        facts={"kind": stuck.kind, "channel": stuck.channel, "state": stuck.state},
        personal={"reason": reason.strip()},
    )
