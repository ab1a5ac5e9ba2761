"""The database: one session, column types that mean one thing, and how each engine is opened.

SQLite carries one office: WAL, foreign keys on, and `BEGIN IMMEDIATE` for
every unit of work, because a transaction that starts as a reader and then
writes is refused with SQLITE_BUSY as soon as a second writer exists.
Reading outside a unit of work uses a plain BEGIN and disturbs nobody.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    String,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
IMMEDIATE = "casework_immediate"
LARGEST_ID = 2**31 - 1
"""PostgreSQL counts the rows of a table in 32 bits."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment; SQLite, which knows no zones, stores it in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments: they are how an hour is lost."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return it aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
Moment = Annotated[datetime, mapped_column(UTCDateTime)]
Code = Annotated[str, mapped_column(String(64))]
Words = Annotated[str, mapped_column(Text)]


class Base(DeclarativeBase):
    """Base of every table; names of constraints come from one convention."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: UTCDateTime, dict: Json, list: Json, str: Text},
    )

    id: Mapped[int] = mapped_column(primary_key=True)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def affected(statement: Executable) -> int:
    """Run an UPDATE, DELETE or INSERT and return how many rows it changed: the fence of every state change."""
    result = db.session.execute(statement)
    assert isinstance(result, CursorResult)  # noqa: S101 - told to the type checker: a change has a cursor
    return result.rowcount


REF_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
REF_LENGTH = 12
_LETTERS = bytes(ord(REF_ALPHABET[byte & 31 if byte & 31 < len(REF_ALPHABET) else 0]) for byte in range(256))
_NO_LETTER = bytes(byte for byte in range(256) if byte & 31 >= len(REF_ALPHABET))


def new_ref() -> str:
    """Return an unguessable public name (12 characters, 58 bits) for a row; integer ids stay inside."""
    letters = b""
    while len(letters) < REF_LENGTH:  # a byte's lower five bits name a letter, or none: no letter is likelier
        letters += os.urandom(16).translate(_LETTERS, _NO_LETTER)
    return letters[:REF_LENGTH].decode()


def insert_new(model: type[Base], *, keys: Sequence[str], **values: object) -> bool:
    """Insert a row unless one with the same `keys` is there; False when somebody else was first.

    On PostgreSQL this waits for whoever is inserting the same keys at this moment.
    """
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    wanted = insert(model).values(**values).on_conflict_do_nothing(index_elements=list(keys))
    # Asked by RETURNING: the number of rows that an INSERT reports differs between the drivers.
    return db.session.scalar(wanted.returning(model.id)) is not None


def where(condition: str) -> dict[str, Any]:
    """Return what makes an index partial, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def open_engine(engine: Engine) -> None:
    """Teach an engine how its connections begin; the factory calls it once per engine."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "do_connect", _ask_postgresql)
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _ask_postgresql(_dialect: Dialect, _record: object, _given: object, named: dict[str, Any]) -> None:
    """Let statements be run as they are: to compile one costs a second, and none of ours runs for as long."""
    named["options"] = f"{named.get('options', '')} -c jit=off".strip()


def _prepare_sqlite(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined] # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(IMMEDIATE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
