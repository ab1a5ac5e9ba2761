"""Bring the database up to the version of this program, and refuse one that a newer program has written."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from casework.db import IMMEDIATE, db
from casework.errors import N_, Unavailable
from casework.journal.walls import give_rights

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def upgrade(owner_url: str = "") -> None:
    """Run every migration that this database has not seen, inside the application's context.

    With `owner_url` (`MIGRATION_DATABASE_URL`) they run as the owner of the tables, who then gives the application's
    account its rights: on journal rows, to read and to add only.
    """
    check_not_newer()
    with _owner(owner_url) as engine, engine.connect() as plain:
        connection = plain.execution_options(**{IMMEDIATE: True})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if engine is not db.engine:
            give_rights(connection, str(db.engine.url.username))
        connection.commit()


@contextmanager
def _owner(url: str) -> Iterator[Engine]:
    if not url or make_url(url).username == db.engine.url.username:
        yield db.engine
        return
    if db.engine.dialect.name != "postgresql" or _place(make_url(url)) != _place(db.engine.url):
        raise Unavailable(
            N_(
                "MIGRATION_DATABASE_URL 和 DATABASE_URL 指的不是同一个 PostgreSQL 数据库，没有改动任何内容。"
                "两者只应有账号和密码不同；使用 SQLite 时请不要设置 MIGRATION_DATABASE_URL。"
            ),
            code="two_databases",
        )
    engine = create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def _place(url: URL) -> tuple[object, ...]:
    return url.get_backend_name(), url.host, url.port, url.database, url.query.get("host")


def check_not_newer() -> None:
    """Raise `Unavailable` when the database knows a migration that this program does not."""
    current = current_revision()
    if current is not None and current not in _shipped():
        raise Unavailable(
            N_("数据库由更新版本的程序建立（%(found)s），本程序不能使用，没有改动任何内容。请升级程序后再启动。"),
            code="database_newer",
            params={"found": current},
        )


def is_current() -> bool:
    """Say whether the database stands at this program's newest migration."""
    return current_revision() == _shipped()[0]


def current_revision() -> str | None:
    """Return the migration that the database stands at; None for an empty one."""
    with db.engine.connect() as connection:
        return _revision(connection)


@lru_cache
def _shipped() -> tuple[str, ...]:
    """Return the migrations of this program, the newest first; they do not change while it runs."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
