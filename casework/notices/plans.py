"""What becomes of the messages of one call, collected first and written in two statements for each status.

A message is any row that names its id and how often it was tried.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Row

from casework import clock
from casework.notices.statuses import move_each
from notifications.channels.channel import Outcome

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (0, 30, 120, 600, 3600, 6 * 3600))
"""How long a message waits after so many attempts; after the last one a human looks."""


class Plan:
    """What becomes of messages that all stand at one status, until it is written."""

    def __init__(self, leaves: str) -> None:
        self._leaves = leaves
        self._rows: dict[str, list[Mapping[str, object]]] = {}

    def accept(self, message: Row, outcome: Outcome, *, note: str) -> None:
        """Note that the provider holds it, and under which name."""
        self._add("accepted", {"id": message.id, "note": note, "provider_ref": outcome.provider_id})

    def try_again(self, message: Row, *, note: str, at_once: bool = False) -> None:
        """Put a message back with its pause, a little apart from its neighbours, until its attempts are used up."""
        if message.attempts >= len(BACKOFF):
            self.put(message, "dead", note=f"attempts used up: {note}")
            return
        pause = timedelta() if at_once else BACKOFF[message.attempts]
        jitter = pause * (secrets.randbelow(200) / 1000)
        self.wait(message, pause + jitter, note=note)

    def wait(self, message: Row, pause: timedelta, *, note: str, free: bool = False) -> None:
        """Put a message back for a while; `free` when the fault is ours and costs it none of its attempts."""
        attempts = message.attempts - 1 if free else message.attempts
        self._add("ready", {"id": message.id, "note": note, "next_at": clock.now() + pause, "attempts": attempts})

    def put(self, message: Row, state: str, *, note: str) -> None:
        """Send a message to a status that asks for nothing more than its name."""
        self._add(state, {"id": message.id, "note": note})

    def write(self) -> None:
        """Write it down: two statements for each status that occurs."""
        for state, rows in sorted(self._rows.items()):
            move_each(rows, leaves=self._leaves, enters=state)

    def _add(self, state: str, row: Mapping[str, object]) -> None:
        self._rows.setdefault(state, []).append(row)
