"""Many rows of ours as one parameter of one statement, on either database.

A batch is recorded in as many statements as there are things to say, not as
there are messages: what differs from row to row travels as one JSON text and is
read by the database as a table.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Integer, String, Text, cast, func, literal, literal_column
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import JSON, TypeEngine

from casework.db import UTCDateTime, db


def given(rows: Sequence[Sequence[object]]) -> TableValuedAlias:
    """Return the rows as a table; `read` names its columns."""
    text = json.dumps(rows, ensure_ascii=False, default=_moment)
    if _postgresql():
        return func.jsonb_array_elements(cast(literal(text, Text), JSONB)).table_valued("value", name="given")
    return func.json_each(text).table_valued("value", name="given")


def read(table: TableValuedAlias, place: int, kind: TypeEngine) -> ColumnElement:
    """Return the value at a place of each row, in the type of the column that it is for."""
    if isinstance(kind, JSON):
        return table.c.value.op("->")(literal_column(str(place)))
    plain = table.c.value.op("->>")(literal_column(str(place)))
    if not _postgresql() or isinstance(kind, String):
        return plain  # SQLite gives numbers as numbers, and knows moments as text
    return cast(plain, TIMESTAMP(timezone=True) if isinstance(kind, UTCDateTime) else Integer)


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} is no value of a row")
    moment = value.astimezone(UTC)
    return moment.isoformat() if _postgresql() else moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
