"""Alembic's entry: it is given a connection by the command line and never reads settings of its own."""

from alembic import context

from casework.models import metadata


def run() -> None:
    """Migrate over the connection that the caller opened."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
