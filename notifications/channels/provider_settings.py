"""How the settings of a provider are read from text, with a sentence for what is wrong."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from notifications.errors import ChannelMisconfigured

_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_LONGEST = 30.0
"""Seconds: a call must be over well before its lease of 120 s."""


def checked(
    settings: Mapping[str, str], *, of: str, needed: Collection[str], optional: Collection[str] = ()
) -> Mapping[str, str]:
    """Return the settings; raise `ChannelMisconfigured` when one is missing or nobody knows it."""
    unknown = settings.keys() - {*needed, *optional}
    missing = sorted(name for name in needed if not settings.get(name))
    if unknown or missing:
        raise ChannelMisconfigured(f"{of} lacks {missing} and knows nothing of {sorted(unknown)}.")
    return settings


def endpoint_of(address: str) -> str:
    """Return the address of a provider without its last slash; numbers leave over TLS or not at all."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return address.rstrip("/")
    raise ChannelMisconfigured(f"{address!r} is not an https address.")


def seconds_of(text: str) -> float:
    """Return a time limit; raise `ChannelMisconfigured` when it is none."""
    try:
        seconds = float(text)
    except ValueError as wrong:
        raise ChannelMisconfigured(f"A time limit is a number of seconds: {wrong}.") from wrong
    if not 0 < seconds <= _LONGEST:
        raise ChannelMisconfigured(f"A time limit lies between 0 and {_LONGEST:g} seconds.")
    return seconds
