"""Fresh databases, one a test, copied from a template that went through the migrations once.

On PostgreSQL the tests ask as an account that owns nothing, as the service does
in production: whoever owns the tables walks through the walls of rows.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from casework.db import open_engine

FRESH_AFTER = 100
"""Tests after which a database is made anew: what was deleted from it still takes place."""
PAGES = "casework_pages"
"""The role of the tests; who signs in is the owner, and becomes it again by `as_owner`."""
ROOT = Path(__file__).parents[2]
OTHERS_LEAVE = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
USED_SEQUENCES = text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")


def migrate(url: str, *, to: str = "head") -> None:
    """Bring the database at `url` up to a revision."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    engine = create_engine(url, poolclass=NullPool)
    open_engine(engine)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()


def as_owner(session: Session) -> None:
    """Let this transaction do what the owner of the tables may; SQLite knows no owner."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SET LOCAL ROLE NONE"))


def _let_in(connection: Connection) -> None:
    """Give the role of the tests every right on rows and none on tables, except to make new ones."""
    if not connection.scalar(text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)"), {"name": PAGES}):
        connection.execute(text(f"CREATE ROLE {PAGES}"))
    for said in (
        f"GRANT USAGE, CREATE ON SCHEMA public TO {PAGES}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {PAGES}",
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {PAGES}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO {PAGES}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO {PAGES}",
    ):
        connection.execute(text(said))


class SqliteDatabases:
    """Database files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite3"
        self._numbers = count(1)
        migrate(f"sqlite:///{self._template}")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the URL of a migrated, empty database."""
        path = self._folder / f"test{next(self._numbers)}.sqlite3"
        shutil.copyfile(self._template, path)
        yield f"sqlite:///{path}"
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()


class PostgresDatabases:
    """Databases on one server, whose user must be allowed to create them.

    Creating one takes some 0.4 s, emptying one a twentieth of that: so a test gets
    the database of the one before it, emptied, unless that one changed tables
    or the migrations put rows into the template. Who empties it stays connected:
    the server takes longer to let somebody in than to find and delete the rows.
    """

    name = "postgresql"

    def __init__(self, server_url: str) -> None:
        self._server = create_engine(server_url, isolation_level="AUTOCOMMIT", pool_size=1)
        self._url = make_url(server_url)
        self._cleaner: tuple[str, Connection] | None = None
        # Two suites may share a server that DATABASE_URL names.
        self._template = f"casework_template_{os.getpid()}"
        self._names = (f"casework_test_{os.getpid()}_{number}" for number in count(1))
        self._spare: str | None = None
        self._used = 0
        self._make(self._template)
        migrate(self._url_of(self._template))
        with self._connect(self._template) as connection:
            _let_in(connection)
            self._tables = set(connection.scalars(TABLES))
            self._has_seeds = bool(self._filled(connection))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the URL of a migrated, empty database."""
        name, self._spare = self._spare, None
        if name is None:
            name = next(self._names)
            self._make(name, template=self._template)
        try:
            yield (
                self._url.set(database=name)
                .update_query_dict({"options": f"-c role={PAGES}"})
                .render_as_string(hide_password=False)
            )
        finally:
            self._used += 1
            if not self._has_seeds and self._used % FRESH_AFTER and self._empty(name):
                self._spare = name
            else:
                self._drop(name)

    def close(self) -> None:
        """Leave the server as it was found."""
        for name in filter(None, (self._spare, self._template)):
            self._drop(name)
        self._server.dispose()

    def _empty(self, name: str) -> bool:
        """Take out every row and start every sequence anew; False when the tables are not what they were."""
        connection = self._cleaner_of(name)
        connection.execute(OTHERS_LEAVE)
        if set(connection.scalars(TABLES)) != self._tables:
            return False
        # Not by TRUNCATE: a table here is tied to all others, and to make eighty files anew takes far longer.
        for table in self._filled(connection):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a name of our own
        for sequence in connection.scalars(USED_SEQUENCES).all():
            connection.execute(text(f"ALTER SEQUENCE {sequence} RESTART"))
        return True

    def _cleaner_of(self, name: str) -> Connection:
        """Return the owner's connection to a database; it stays as long as that database is the one in use."""
        if self._cleaner is None or self._cleaner[0] != name:
            self._dismiss_cleaner()
            engine = create_engine(self._url_of(name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
            connection = engine.connect()
            connection.execute(text("SET session_replication_role = replica"))  # no trigger keeps us from emptying
            self._cleaner = name, connection
        return self._cleaner[1]

    def _dismiss_cleaner(self) -> None:
        if self._cleaner is not None:
            self._cleaner[1].close()
            self._cleaner = None

    def _filled(self, connection: Connection) -> list[str]:
        tables = sorted(self._tables - {"alembic_version"})
        question = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)  # noqa: S608
        return list(connection.scalars(text(question))) if tables else []

    @contextmanager
    def _connect(self, name: str) -> Iterator[Connection]:
        engine = create_engine(self._url_of(name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            yield connection

    def _make(self, name: str, *, template: str = "template0") -> None:
        self._drop(name)
        with self._server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))

    def _drop(self, name: str) -> None:
        self._dismiss_cleaner()
        with self._server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)
