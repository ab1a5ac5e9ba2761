"""Note that a link was opened, once, and in which language its page was chosen to be read.

A campaign asks how many looked; later messages to the graduate speak the language. Nothing else follows from it.
"""

from sqlalchemy import update

from casework import clock
from casework.campaigns.models import AnswerLink
from casework.db import db


def open_link(link_id: int, *, language: str = "") -> None:
    """Write down the first moment at which somebody looked at the page of a link, and a language that they chose."""
    if language:
        chosen = update(AnswerLink).where(AnswerLink.id == link_id).values(language=language)
        db.session.execute(chosen.execution_options(synchronize_session=False))
    first = update(AnswerLink).where(AnswerLink.id == link_id, AnswerLink.opened_at.is_(None))
    db.session.execute(first.values(opened_at=clock.now()).execution_options(synchronize_session=False))
