"""By which channels this installation may speak, set once by the factory.

The inbox is always there: a row of it is its own delivery. The other channels
lead out of the house and are worked through by `drain`.
"""

from collections.abc import Sequence

from casework.people.models import Person

INBOX = "inbox"
NEEDS_ADDRESS = frozenset({"smtp"})

_out: tuple[str, ...] = ()


def configure(channels: Sequence[str]) -> None:
    """Say which channels of the settings lead out of the house."""
    global _out  # noqa: PLW0603 - like the clock, a process has one set of ways out
    _out = tuple(channel for channel in channels if channel != INBOX)


def out() -> tuple[str, ...]:
    """Return the channels that lead out of the house."""
    return _out


def out_to(person: Person) -> tuple[str, ...]:
    """Return the channels by which this person can be reached outside the service."""
    return tuple(channel for channel in _out if channel not in NEEDS_ADDRESS or person.email)


def address_of(person: Person) -> str:
    """Return where a message for this person goes; channels that need no address take the login."""
    return person.email or person.login
