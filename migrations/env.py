"""Alembic's entry: it is given a connection by the command line and never reads settings of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import JSON, Connection
from sqlalchemy.types import TypeDecorator

from casework.db import UTCDateTime
from casework.models import metadata


def plain_types(kind, obj, _context):
    """Write our own column types as what they are in the database, so that an old migration needs no code of ours."""
    if kind == "type" and isinstance(obj, TypeDecorator):
        return "sa.DateTime(timezone=True)" if isinstance(obj, UTCDateTime) else "sa.LargeBinary()"
    if kind == "type" and isinstance(obj, JSON):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def run() -> None:
    """Migrate over the connection that the caller opened."""
    connection = context.config.attributes["connection"]
    with _loose_keys(connection):
        _migrate(connection)


@contextmanager
def _loose_keys(connection: Connection) -> Iterator[None]:
    """Let SQLite copy tables that others point at; what they point at is checked again afterwards."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")  # by the driver itself: inside a transaction it would mean nothing
    try:
        yield
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"the migration left rows that point nowhere: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_item=plain_types,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
