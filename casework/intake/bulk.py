"""Many rows into one table at the speed of the engine: COPY on PostgreSQL, executemany on SQLite.

The ORM is for cases; a file of 12,000 rows goes past it, inside the same
transaction as everything else. PostgreSQL refuses COPY into a table with a wall
of rows (`casework.asking`): there the rows are copied beside it and put in by
one INSERT, which asks the wall about each.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import count as counted

from sqlalchemy import Connection, Table, func, select, text

from casework.clock import UTC
from casework.db import db

CHUNK = 5_000
IDS = 1_000


def insert_rows(table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Insert rows given as tuples in the order of `columns`; returns how many.

    Values are None, str, int, bool, bytes, Decimal, date, aware datetime, or lists and dicts for JSON columns.
    """
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        return _executemany(connection, table, columns, rows)
    if not connection.scalar(text("SELECT row_security_active(CAST(:name AS regclass))"), {"name": table.name}):
        return _copy(connection.connection.driver_connection, table.name, columns, rows)
    return _copy_beside(connection, table, columns, rows)


def new_ids(table: Table) -> Iterator[int]:
    """Yield ids for rows that name each other before they are written.

    Draw them before `insert_rows`, not while it takes rows in: PostgreSQL answers nothing else during a COPY.
    """
    if db.session.connection().dialect.name == "postgresql":
        drawn = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :some)")
        while True:
            yield from db.session.scalars(drawn, {"name": table.name, "some": IDS}).all()
    # Nobody else inserts meanwhile: the unit of work holds SQLite's one write lock.
    yield from counted((db.session.scalar(select(func.max(table.c.id))) or 0) + 1)


def defer_references() -> None:
    """Check references at the commit of this transaction, for rows that name rows which come after them."""
    sqlite = db.session.connection().dialect.name == "sqlite"
    db.session.execute(text("PRAGMA defer_foreign_keys = ON" if sqlite else "SET CONSTRAINTS ALL DEFERRED"))


def _copy_beside(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    names, beside = ", ".join(f'"{name}"' for name in columns), f"{table.name}_beside"
    made = f'CREATE TEMPORARY TABLE "{beside}" ON COMMIT DROP AS SELECT {names} FROM "{table.name}" WITH NO DATA'  # noqa: S608 - names come from our own tables
    connection.exec_driver_sql(made)
    count = _copy(connection.connection.driver_connection, beside, columns, rows)
    connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) SELECT {names} FROM "{beside}"')  # noqa: S608 - names come from our own tables
    connection.exec_driver_sql(f'DROP TABLE "{beside}"')
    return count


def _copy(driver: object, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    count = 0
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row([json.dumps(value) if isinstance(value, (list, dict)) else value for value in row])
            count += 1
    return count


def _executemany(connection: object, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'  # noqa: S608 - names come from our own tables
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[attr-defined]
    count = 0
    chunk: list[tuple[object, ...]] = []
    for row in rows:
        chunk.append(tuple([_LITE[type(value)](value) if type(value) in _LITE else value for value in row]))
        if len(chunk) == CHUNK:
            cursor.executemany(statement, chunk)
            count += len(chunk)
            chunk = []
    cursor.executemany(statement, chunk)
    return count + len(chunk)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


_LITE: dict[type, Callable] = {
    datetime: _moment,
    date: date.isoformat,
    Decimal: float,
    list: json.dumps,
    dict: json.dumps,
}
