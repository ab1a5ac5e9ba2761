"""Show a message in the words that its reader saw; looking at somebody else's mail leaves a trace."""

from casework import journal
from casework.notices import words
from casework.notices.models import Message
from casework.operations.permit_message import LOOK, permit_message
from notifications.message import Text
from workflows.access import Actor


def look_at_message(message: Message, *, base_url: str, actor: Actor) -> Text:
    """Return subject and body in the reader's language; the look stands in the journal."""
    organisation_id = permit_message(actor, LOOK, message)
    journal.record(
        organisation_id=organisation_id,
        action="delivery:look",
        actor=str(actor.id),
        subject=message.ref,
        facts={"kind": message.kind, "channel": message.channel},
        chain=journal.LOOKS,
    )
    return words.text(message, base_url=base_url)
