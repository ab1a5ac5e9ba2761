"""Mails of the report mailbox that became no lead: somebody has to look at them where they lie."""

from collections.abc import Sequence

from sqlalchemy import select

from casework.db import db
from casework.leads.models import MailSeen


def unread_mails(mailbox: str, *, limit: int, before_id: int | None = None) -> Sequence[MailSeen]:
    """Return the newest mails of a mailbox that could not be taken, each with its reason."""
    wanted = select(MailSeen).where(MailSeen.mailbox == mailbox, MailSeen.fault != "").order_by(MailSeen.id.desc())
    return db.session.scalars((wanted.where(MailSeen.id < before_id) if before_id else wanted).limit(limit)).all()
