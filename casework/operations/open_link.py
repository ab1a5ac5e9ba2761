"""Note that a link was opened, once: a campaign asks how many looked, and nothing else follows from it."""

from sqlalchemy import update

from casework import clock
from casework.campaigns.models import AnswerLink
from casework.db import db


def open_link(link_id: int) -> None:
    """Write down the first moment at which somebody looked at the page of a link."""
    first = update(AnswerLink).where(AnswerLink.id == link_id, AnswerLink.opened_at.is_(None))
    db.session.execute(first.values(opened_at=clock.now()).execution_options(synchronize_session=False))
