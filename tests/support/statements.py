"""What the database was asked, for tests that count or read statements."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from casework.db import db

SAYS_WHO = "SELECT set_config('casework."
"""On PostgreSQL each transaction says first who asks (`casework.asking`): no question of the page's own."""


@contextmanager
def statements_of() -> Iterator[list[str]]:
    """Yield a list that fills with every statement of its own that is sent until the end of the block."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(SAYS_WHO):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", see)
