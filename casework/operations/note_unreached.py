"""What follows when a message has not arrived: what is known of the address, and the next way to a graduate.

For an account that is all: whoever watches deliveries sees what is stuck. A
graduate is tried by the next channel of the campaign, and where there is none
left, becomes work for a person.
"""

from collections.abc import Collection

from sqlalchemy import select

from casework.db import db
from casework.notices.addresses import INVALID, SUSPECT, mark
from casework.notices.models import Message
from casework.operations.fall_back import fall_back

GONE, FOR_NOW = "undelivered_permanent", "undelivered_temporary"
WORDS = {GONE: INVALID, FOR_NOW: SUSPECT}


def note_unreached(message_ids: Collection[int], *, reason: str) -> int:
    """Mark the graduates' addresses by how these messages ended, and try the next way to those who are not reached.

    Returns how many letters that wrote. Messages to accounts, and messages that arrived, are passed over.
    """
    if not message_ids:
        return 0
    wanted = select(Message).where(
        Message.id.in_(message_ids), Message.record_id.is_not(None), Message.state.in_(WORDS)
    )
    found = db.session.scalars(wanted.order_by(Message.id).execution_options(populate_existing=True)).all()
    mark((message, WORDS[message.state], reason) for message in found)
    return fall_back([message for message in found if message.state == GONE])
