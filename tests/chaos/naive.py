"""The protocol that everybody writes first: check, lease, send, mark; what got no answer is sent again.

It works under the same faults and with the same carrier as ours. A run in which
it neither loses nor repeats cannot see such things.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from casework.db import IMMEDIATE
from notifications.channels.channel import Status
from tests.chaos.carrier import Remote

TABLE = """
CREATE TABLE naive_messages (id INTEGER PRIMARY KEY, ref TEXT UNIQUE, state TEXT, ready_at FLOAT, lease_until FLOAT)
"""
TAKE = """
UPDATE naive_messages SET state = 'leased', lease_until = :until
WHERE id IN (SELECT id FROM naive_messages
             WHERE ready_at <= :now AND (state = 'ready' OR state = 'leased' AND lease_until < :now)
             ORDER BY id LIMIT 2 {skip})
RETURNING id, ref
"""


@dataclass(frozen=True)
class Letter:
    """What the channel asks of a message."""

    ref: str
    recipient: str
    kind: str = "naive"


def write(engine: Engine, *, count: int, seconds: float) -> None:
    """Make the table and its messages, which come due one after another."""
    now = time.time()
    rows = [
        {"id": number, "ref": f"naive-{number}", "ready_at": now + seconds * number / count} for number in range(count)
    ]
    with engine.begin() as connection:
        connection.execute(text(TABLE))
        insert = text("INSERT INTO naive_messages VALUES (:id, :ref, 'ready', :ready_at, NULL)")
        connection.execute(insert, rows)


def work(engine: Engine, port: int, lease: timedelta) -> int:
    """Send until killed."""
    way, skip = Remote(port), "" if engine.dialect.name == "sqlite" else "FOR UPDATE SKIP LOCKED"
    while True:
        try:
            with _writing(engine) as connection, connection.begin():
                until = time.time() + lease.total_seconds()
                taken = connection.execute(text(TAKE.format(skip=skip)), {"now": time.time(), "until": until}).all()
            if not taken:
                time.sleep(0.2)
                continue
            letters = [Letter(row.ref, f"{row.ref}@example.org") for row in taken]
            answer = way.send(letters, reference=f"naive-{time.time_ns()}")
            sent = {outcome.ref for outcome in answer.outcomes if outcome.status == Status.ACCEPTED}
            with _writing(engine) as connection, connection.begin():
                _mark(connection, [row.id for row in taken if row.ref in sent], "sent")
                _mark(connection, [row.id for row in taken if row.ref not in sent], "ready")
        except DBAPIError:
            time.sleep(0.5)


def _writing(engine: Engine) -> Connection:
    return engine.connect().execution_options(**{IMMEDIATE: True})


def _mark(connection: Connection, ids: Sequence[int], state: str) -> None:
    if ids:
        rows = [{"id": each, "state": state} for each in ids]
        connection.execute(text("UPDATE naive_messages SET state = :state WHERE id = :id"), rows)
