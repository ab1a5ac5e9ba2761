"""Give the graduates of a wave their links: a row each, many thousands at once, the same however often it is asked."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, text
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.campaigns.models import AnswerLink, Wave
from casework.campaigns.tokens import hash_of, token_of
from casework.db import db

_POSTGRESQL = text(
    "INSERT INTO answer_links (token_hash, record_id, wave_id, issued_at, expires_at, tries)"
    " SELECT given.hash, given.record_id, :wave, :issued, :expires, 0"
    " FROM unnest(CAST(:hashes AS text[]), CAST(:records AS int[])) AS given (hash, record_id)"
    " ON CONFLICT DO NOTHING"
)
"""One statement for all: fifteen thousand rows of parameters would cost more than the rows themselves."""


def issue_links(record_ids: Collection[int], *, wave: Wave, expires_at: datetime) -> Mapping[int, str]:
    """Return record id → token of the link, writing those that are not there yet.

    A link that was issued before keeps the moment at which it ends. The wave needs its id. What is returned goes
    into letters and nowhere else; `tokens.token_of` gives it again when a letter is written.
    """
    tokens = {record_id: token_of(wave.id, record_id) for record_id in sorted(set(record_ids))}
    if tokens:
        hashes = [hash_of(token) for token in tokens.values()]
        _insert(db.session.connection(), hashes, list(tokens), wave_id=wave.id, expires_at=expires_at)
    return MappingProxyType(tokens)


def _insert(
    connection: Connection, hashes: list[str], records: list[int], *, wave_id: int, expires_at: datetime
) -> None:
    issued = clock.now()
    if connection.dialect.name == "postgresql":
        given = {"hashes": hashes, "records": records, "wave": wave_id, "issued": issued, "expires": expires_at}
        connection.execute(_POSTGRESQL, given)
        return
    rows = [
        {
            "token_hash": hash_,
            "record_id": record_id,
            "wave_id": wave_id,
            "issued_at": issued,
            "expires_at": expires_at,
            "tries": 0,
        }
        for hash_, record_id in zip(hashes, records, strict=True)
    ]
    connection.execute(insert_sqlite(AnswerLink.__table__).on_conflict_do_nothing(), rows)
