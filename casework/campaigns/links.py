"""From a token in an address to the row that it opens: one lookup by hash, whatever the token is."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework import clock
from casework.campaigns.models import AnswerLink
from casework.campaigns.tokens import hash_of
from casework.db import db
from casework.intake.models import Record
from casework.rounds.models import Round


def find_link(token: str) -> AnswerLink | None:
    """Return the link that a token opens, open or not; None for one that was never issued."""
    whose = joinedload(AnswerLink.record).joinedload(Record.revision)
    wanted = select(AnswerLink).filter_by(token_hash=hash_of(token)).options(whose)
    return db.session.scalars(wanted).one_or_none()


def is_open(link: AnswerLink) -> bool:
    """Say whether a link may still be answered by: not used, not ended, of a round that is not closed."""
    if link.used_at is not None or link.expires_at <= clock.now():
        return False
    return db.session.get_one(Round, link.record.round_id).closed_at is None
