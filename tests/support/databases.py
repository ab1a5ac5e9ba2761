"""Fresh databases, one a test, copied from a template that went through the migrations once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from casework.db import open_engine
from casework.models import metadata

ROOT = Path(__file__).parents[2]
TEMPLATE = "casework_template"


def migrate(url: str, *, to: str = "head") -> None:
    """Bring the database at `url` up to a revision."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    engine = create_engine(url, poolclass=NullPool)
    open_engine(engine)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        if not list((ROOT / "migrations" / "versions").glob("*.py")):  # FIXME interim
            metadata.create_all(connection)
            connection.commit()
            return
        command.upgrade(config, to)


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
    """Databases on one server, whose user must be allowed to create them."""

    name = "postgresql"

    def __init__(self, server_url: str) -> None:
        self._server = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._url = make_url(server_url)
        self._numbers = count(1)
        self._make(TEMPLATE)
        migrate(self._url_of(TEMPLATE))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the URL of a migrated, empty database."""
        name = f"casework_test_{next(self._numbers)}"
        self._make(name, template=TEMPLATE)
        try:
            yield self._url_of(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Leave the server as it was found."""
        self._drop(TEMPLATE)
        self._server.dispose()

    def _make(self, name: str, *, template: str = "template0") -> None:
        self._drop(name)
        with self._server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))

    def _drop(self, name: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)
