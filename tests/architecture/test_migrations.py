"""The migrations lead, both ways, to the tables that the models describe."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from casework.db import open_engine
from casework.models import metadata
from tests.support.databases import ROOT

SCRIPTS = str(ROOT / "migrations")


@pytest.fixture
def connection(database):
    engine = create_engine(database, poolclass=NullPool)
    open_engine(engine)
    with engine.connect() as opened:
        if opened.dialect.name == "postgresql":
            opened.execute(text("SET ROLE NONE"))  # tables are made by their owner
            opened.commit()
        yield opened


def move(connection, to):
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    (command.downgrade if to == "base" else command.upgrade)(config, to)
    connection.commit()


def test_there_is_one_head():
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_tables_and_models_agree(connection):
    context = MigrationContext.configure(connection, opts={"compare_type": False})
    assert compare_metadata(context, metadata) == []


def test_the_way_down_and_up_again_loses_no_table(connection):
    before = set(inspect(connection).get_table_names())
    connection.rollback()
    move(connection, "base")
    assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    connection.rollback()
    move(connection, "head")
    assert set(inspect(connection).get_table_names()) == before
