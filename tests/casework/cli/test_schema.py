"""The schema is made by its owner; the account that serves the pages may add journal rows and never rewrite them."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from casework import journal
from casework.cli import schema
from casework.config import Settings
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Unavailable
from casework.journal import JournalSecret
from casework.journal.walls import Walls, walls
from casework.service import create_service
from tests.support import postgres
from tests.support.application import inside
from tests.support.services import provide

OWNER, APPLICATION = "owner", "pages"
REWRITES = (
    "UPDATE {table} SET chain = 'other'",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "DROP TRIGGER {table}_wall ON {table}",
    "DROP TABLE {table} CASCADE",
)


@pytest.fixture(scope="module")
def server(request):
    """Return the URL of a PostgreSQL server of these tests' own: a file knows no accounts."""
    yield from provide(request, "postgresql", postgres.private_cluster())


@pytest.fixture
def accounts(server, tmp_path):
    """Return settings of the two accounts over an empty database that belongs to the owner."""
    with two_accounts(server, tmp_path) as made:
        yield made


@contextmanager
def two_accounts(server, folder):
    name = "accounts"
    url = make_url(server).set(database=name)
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for role in (OWNER, APPLICATION):
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0"))
        try:
            plain = {
                role: url.set(username=role).render_as_string(hide_password=False) for role in (OWNER, APPLICATION)
            }
            yield Settings(
                data_dir=folder,
                database_url=plain[APPLICATION],
                migration_database_url=plain[OWNER],
                redis_url="unix:///nowhere/queue.sock",
                secret_key="secret for tests",
                sealing_keys={"k1": bytes(range(32))},
                index_key=bytes(range(32, 64)),
                testing=True,
            )
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            for role in (OWNER, APPLICATION):
                connection.execute(text(f"DROP ROLE {role}"))


def write():
    with unit_of_work():
        journal.record(organisation_id=1, action="case:note", actor="7", subject="A", personal={"words": "…"})
        journal.mark(1, reason="daily")


def passes(statement):
    try:
        with unit_of_work() as session:
            session.execute(text(statement))
    except DBAPIError:
        return False
    return True


def test_the_account_of_the_pages_adds_to_the_journal_and_rewrites_nothing(accounts):
    with inside(create_service(accounts)):
        schema.upgrade(accounts.migration_database_url)
        schema.upgrade(accounts.migration_database_url)  # giving rights again changes nothing
        assert schema.is_current()
        assert walls() == Walls((), may_rewrite=False)
        write()
        for table in ("journal_entries", "journal_checkpoints"):
            for statement in REWRITES:
                assert not passes(statement.format(table=table)), (statement, table)
        passes("GRANT UPDATE ON journal_entries TO PUBLIC")  # PostgreSQL says that nothing was granted, and no more
        assert walls().may_rewrite is False
        assert not passes("UPDATE journal_secrets SET salt = ''")
        assert not passes("SET session_replication_role = replica")
        write()
        assert (list(journal.verify(1)), journal.head(1)[0]) == ([], 2)
        with unit_of_work() as session:  # the service erases by itself; what is gone without an erasing is found
            session.query(JournalSecret).delete()
        assert [found.params for found in journal.verify(1)] == [{"name": "words"}] * 2


def test_a_table_that_a_later_migration_makes_is_the_applications_too(accounts):
    with inside(create_service(accounts)):
        schema.upgrade(accounts.migration_database_url)
        owner = create_engine(accounts.migration_database_url, poolclass=NullPool)
        with owner.begin() as connection:
            connection.execute(text("CREATE TABLE later (id serial PRIMARY KEY, words text)"))
        assert passes("INSERT INTO later (words) VALUES ('…')")
        assert passes("DELETE FROM later")


def test_with_one_account_the_wall_of_rights_is_reported_missing_because_it_is(accounts):
    """The naive installation: the account that serves the pages has made the tables."""
    one = replace(accounts, database_url=accounts.migration_database_url, migration_database_url="")
    with inside(create_service(one)):
        schema.upgrade()
        assert walls() == Walls((), may_rewrite=True)
        write()
        assert not passes("DELETE FROM journal_checkpoints")  # the triggers alone still stand
        assert passes("ALTER TABLE journal_checkpoints DISABLE TRIGGER ALL")
        assert walls() == Walls(("journal_checkpoints_wall",), may_rewrite=True)
        assert passes("DELETE FROM journal_checkpoints")


def test_an_owner_of_another_database_is_refused_and_nothing_is_made(app):
    with pytest.raises(Unavailable, match="指的不是同一个 PostgreSQL 数据库"):
        schema.upgrade("postgresql+psycopg://owner@nowhere/other")
    assert app.extensions["casework"].migration_database_url == ""
    assert db.engine.url.database is not None
