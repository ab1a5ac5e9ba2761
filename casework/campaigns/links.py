"""From a token in an address to what it opens: one lookup by hash, whatever the token is.

The page is asked for by thousands on one evening, most of whom only look. So what
it needs is read in one question, outside any transaction: nothing is decided by
it, whoever answers is checked again under a lock.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from casework import clock
from casework.campaigns.models import AnswerLink
from casework.campaigns.tokens import hash_of
from casework.db import db
from casework.intake.models import Record
from casework.people.models import Organisation
from casework.rounds.models import Round

_AUTOCOMMIT = {"isolation_level": "AUTOCOMMIT"}
_LOOKED_UP = (
    select(
        AnswerLink.id,
        AnswerLink.used_at,
        AnswerLink.expires_at,
        AnswerLink.opened_at,
        Round.closed_at,
        Round.settings["official_site"].as_string().label("official"),
        Organisation.name.label("school"),
    )
    .join(Record, Record.id == AnswerLink.record_id)
    .join(Round, Round.id == Record.round_id)
    .join(Organisation, Organisation.id == Record.organisation_id)
    .where(AnswerLink.token_hash == bindparam("token_hash"))
)


@dataclass(frozen=True)
class Way:
    """What a token that was issued leads to; `official` is empty where the round names no site of its own."""

    link_id: int
    school: str
    official: str
    until: datetime
    open: bool  # not used, not ended, of a round that is not closed
    used: bool
    looked_at: bool


def find_way(token: str) -> Way | None:
    """Return where a token leads, open or not; None for one that was never issued."""
    with db.engine.connect().execution_options(**_AUTOCOMMIT) as connection:
        row = connection.execute(_LOOKED_UP, {"token_hash": hash_of(token)}).one_or_none()
    if row is None:
        return None
    is_open = row.used_at is None and row.closed_at is None and row.expires_at > clock.now()
    return Way(
        row.id,
        row.school,
        row.official or "",
        row.expires_at,
        is_open,
        row.used_at is not None,
        row.opened_at is not None,
    )


def get_link(link_id: int) -> AnswerLink:
    """Return the row of a link whose way was found."""
    return db.session.get_one(AnswerLink, link_id)
