"""The wall around the journal, taken down by whoever has the database's rights: what an adversary does first."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from casework.doors.unit import unit_of_work

TABLES = ("journal_entries", "journal_checkpoints")


def take_down_wall(session: Session) -> None:
    """Let this transaction change and remove journal rows, as the owner of the database can."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for table in TABLES:
        for deed in ("update", "delete", "replace"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {table}_wall_{deed}"))


def behind_its_back(*statements, **values) -> None:
    """Run statements (SQL or constructs of SQLAlchemy) over the wall, and commit."""
    with unit_of_work() as session:
        take_down_wall(session)
        for statement in statements:
            session.execute(text(statement) if isinstance(statement, str) else statement, values or None)
