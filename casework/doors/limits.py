"""How often one place may ask for something that costs us or could be guessed: a bucket each, and a kind answer.

No account, no picture puzzle: a bucket for the part of the network that a request
comes from, and one for the code that is tried. Whole dormitories share one
address, so the buckets are wide: they stop programs, not people. An address is
never stored. The bucket is named by a keyed hash of its prefix and of the day, so
that tomorrow nobody can tell that the same place came back.
"""

import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import current_app, request

from casework import clock
from casework.config import Network, Settings
from casework.doors import buckets
from casework.notices.manners import Rate
from casework.sealing import ring

PREFIXES = {4: 24, 6: 56}
MOST_BUCKETS = 10_000
"""So many places a process keeps by itself while the queue server is away; then full ones are let go."""
_HOUR = 3600


@dataclass(frozen=True)
class Limit:
    """What is counted, how many are allowed an hour, and how many of them at once."""

    name: str
    an_hour: int
    at_once: int

    @property
    def rate(self) -> Rate:
        """Return it as the buckets know it."""
        return Rate(a_second=self.an_hour / _HOUR, burst=self.at_once)


DRAFTS = Limit("draft", an_hour=240, at_once=60)
REPORTS = Limit("report", an_hour=60, at_once=20)
FILES = Limit("file", an_hour=240, at_once=60)
LOOKS = Limit("receipt", an_hour=120, at_once=30)
TRIES_OF_ONE = Limit("receipt_code", an_hour=30, at_once=10)
WORDS = Limit("addition", an_hour=60, at_once=20)


def wait_here(limit: Limit) -> float:
    """Take one from the bucket of the place that asks: 0, or in how many seconds to come back."""
    return wait_of(limit, _prefix(_address()))


def wait_of(limit: Limit, whom: str) -> float:
    """Take one from the bucket of whoever is named; only a keyed hash of the name and the day leaves this function."""
    _let_go_of_full_buckets()
    key = ring().index("limit", f"{clock.today()}:{limit.name}:{whom}")
    return buckets.take(f"{limit.name}:{key}", 1, rate=limit.rate)


def place_of_request() -> str:
    """Return the part of the network that a request came from, as people may see it of their own sessions."""
    return _prefix(_address())


def _address() -> str | None:
    """Return where a request came from: the first address, seen from us, that is no proxy of ours.

    Each proxy writes down behind the others whom it heard. What stands before the last one that is not ours
    anybody may have written, to be given a fresh bucket; so nothing is read past it.
    """
    settings: Settings = current_app.extensions["casework"]
    passed_on = request.headers.get("X-Forwarded-For", "")
    heard = [each.strip() for each in passed_on.split(",")] if passed_on else []
    nearest = request.remote_addr
    if heard and _read(nearest) is None:  # a socket of this machine: only a proxy of ours reaches it
        nearest = heard.pop()
    while heard and _is_ours(nearest, settings.proxies):
        nearest = heard.pop()
    return nearest


def _is_ours(address: str | None, proxies: tuple[Network, ...]) -> bool:
    found = _read(address)
    return found is not None and any(found in network for network in proxies)


def _read(address: str | None) -> IPv4Address | IPv6Address | None:
    """Return an address, None for what is none."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _prefix(address: str | None) -> str:
    found = _read(address)
    return str(ip_network(f"{found}/{PREFIXES[found.version]}", strict=False)) if found else "unknown"


def _let_go_of_full_buckets() -> None:
    buckets.let_go(more_than=MOST_BUCKETS, clock_of_process=time.monotonic)
