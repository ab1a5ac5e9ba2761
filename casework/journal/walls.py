"""May whoever serves the pages rewrite the journal? Asked of the database itself, never of the settings.

Triggers refuse everybody. On PostgreSQL they are the smaller wall, because the
owner of a table can take them down: so the account of the web process owns
nothing and may add journal rows but not change or remove them. The migrations
run as the owner, who then gives the rights (`give_rights`). A SQLite file knows
no accounts; whoever can write it can take the triggers down.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from casework.db import db

WALLED = ("journal_entries", "journal_checkpoints")
_TRIGGERS = {"postgresql": ("_wall",), "sqlite": ("_wall_update", "_wall_delete", "_wall_replace")}
_RIGHTS = text(  # whoever owns the schema can drop what stands in it
    "SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR bool_or("
    " pg_has_role(current_user, tableowner, 'MEMBER')"
    " OR pg_has_role(current_user, (SELECT nspowner FROM pg_namespace WHERE nspname = schemaname), 'MEMBER')"
    " OR has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'UPDATE, DELETE, TRUNCATE'))"
    " FROM pg_tables WHERE schemaname = current_schema() AND tablename = ANY(:tables)"
)


@dataclass(frozen=True)
class Walls:
    """What protects the journal in this database: triggers that are missing, and whether this account may rewrite it.

    `may_rewrite` is None where the database knows no accounts.
    """

    missing_triggers: tuple[str, ...]
    may_rewrite: bool | None


def walls() -> Walls:
    """Look at the walls as they stand now."""
    connection = db.session.connection()
    wanted = [table + ending for table in WALLED for ending in _TRIGGERS[connection.dialect.name]]
    missing = tuple(name for name in wanted if name not in _triggers(connection))
    if connection.dialect.name == "sqlite":
        return Walls(missing, None)
    return Walls(missing, bool(connection.scalar(_RIGHTS, {"tables": list(WALLED)})))


def give_rights(connection: Connection, account: str) -> None:
    """Give the application's account what it needs and no more, as the owner of all tables, future ones too.

    PostgreSQL only; the account must exist. Giving them again changes nothing.
    """
    name = connection.dialect.identifier_preparer.quote(account)
    schema = connection.dialect.identifier_preparer.quote(str(connection.scalar(text("SELECT current_schema()"))))
    rows = "SELECT, INSERT, UPDATE, DELETE"
    for said in (
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT {rows} ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rows} ON TABLES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {name}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}" for table in WALLED),
        f"REVOKE UPDATE ON journal_secrets FROM {name}",
    ):
        connection.execute(text(said))


def _triggers(connection: Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        return set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    # One that was disabled stands there and does nothing.
    return set(
        connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"))
    )
