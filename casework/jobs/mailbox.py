"""Promise that the report mailbox is fetched.

The scheduler only promises it: a mail server that answers slowly must not stand
before what is due to people, and what takes attachments apart is loaded by workers.
"""

from flask import current_app
from sqlalchemy import select

from casework import promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.promises import Promise

JOB = "take_mails"


def ask_for_mails() -> None:
    """Promise a turn, where there is a mailbox and nobody has promised one already."""
    if not current_app.extensions["casework"].lead_mailbox.get("url"):
        return
    with unit_of_work():
        waiting = select(Promise.id).filter_by(name=JOB, done_at=None, failed_at=None).limit(1)
        if db.session.scalar(waiting) is None:
            promises.promise(JOB)
