"""From a token in an address to what it opens: one lookup by hash, whatever the token is.

The page is asked for by thousands on one evening, most of whom only look. So what
it needs is read in one question, outside any transaction: nothing is decided by
it, whoever answers is checked again under a lock. The question goes through a few
connections of its own, straight to the driver: preparing a statement, beginning a
transaction and asking first whether the server is there cost three times as much
as the answer. A connection that has died is dropped, and the question goes
the common way.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import Engine, bindparam, create_engine, event, select

from casework import asking, clock
from casework.campaigns.models import AnswerLink
from casework.campaigns.tokens import hash_of
from casework.db import db, open_engine
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
        AnswerLink.language,
        Round.closed_at,
        Round.settings["official_site"].as_string().label("official"),
        Organisation.name.label("school"),
    )
    .join(Record, Record.id == AnswerLink.record_id)
    .join(Round, Round.id == Record.round_id)
    .join(Organisation, Organisation.id == Record.organisation_id)
    .where(AnswerLink.token_hash == bindparam("token_hash"))
)
_ASKED = (
    "SELECT l.id, l.used_at, l.expires_at, l.opened_at, l.language, o.closed_at, {official}, s.name"
    " FROM answer_links l JOIN records r ON r.id = l.record_id JOIN rounds o ON o.id = r.round_id"
    " JOIN organisations s ON s.id = r.organisation_id WHERE l.token_hash = {hash}"
)
"""The same question as `_LOOKED_UP`, in the driver's own words."""
_DIALECTS = {
    "sqlite": _ASKED.format(official="json_extract(o.settings, '$.official_site')", hash="?"),
    "postgresql": _ASKED.format(official="o.settings ->> 'official_site'", hash="%s"),
}
_OWN_POOL = "casework.campaigns.links"


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
    language: str  # chosen on the page before; empty where nobody chose


def find_way(token: str) -> Way | None:
    """Return where a token leads, open or not; None for one that was never issued."""
    row = _row_of(hash_of(token))
    if row is None:
        return None
    link_id, used_at, expires_at, opened_at, language, closed_at, official, school = row
    until = _aware(expires_at)
    return Way(
        link_id,
        school,
        official or "",
        until,
        used_at is None and closed_at is None and until > clock.now(),
        used_at is not None,
        opened_at is not None,
        language or "",
    )


def _row_of(token_hash: str) -> Any:
    """Return the row of a hash, or nothing: from a connection that is at hand, else the common way."""
    engine, lent = _own_pool(), None
    try:
        lent = engine.raw_connection()
        cursor = lent.cursor()
        cursor.execute(_DIALECTS[engine.dialect.name], (token_hash,))
        row = cursor.fetchone()
        cursor.close()
    except engine.dialect.loaded_dbapi.Error:  # it died while nobody asked: the common way finds out, and says so
        if lent is not None:
            lent.invalidate()
        with (
            asking.reaching("records", why="whoever holds a link may learn which school it is of, and no more"),
            db.engine.connect() as connection,
        ):
            return connection.execute(_LOOKED_UP, {"token_hash": token_hash}).one_or_none()
    lent.close()
    return row


def _own_pool() -> Engine:
    """Return the engine of these questions: each connection is in no transaction, and nobody asks whether it lives."""
    kept: Engine | None = current_app.extensions.get(_OWN_POOL)
    if kept is None:
        made = create_engine(db.engine.url, pool_size=4, max_overflow=12, pool_reset_on_return=None, **_AUTOCOMMIT)
        open_engine(made)
        asking.see_always(made, "records")  # nothing else is ever asked here
        event.listen(db.engine, "engine_disposed", lambda _engine: made.dispose())
        kept = current_app.extensions.setdefault(_OWN_POOL, made)
    return kept


def _aware(moment: datetime | str) -> datetime:
    """Return a moment as the driver gives it; SQLite's is text in UTC."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC) if isinstance(moment, str) else moment


def get_link(link_id: int) -> AnswerLink:
    """Return the row of a link whose way was found."""
    return db.session.get_one(AnswerLink, link_id)
