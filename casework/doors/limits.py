"""How often one place may ask for something that costs us or could be guessed: a bucket each, and a kind answer.

No account, no picture puzzle: a bucket for the part of the network that a request
comes from, and one for the code that is tried. Whole dormitories share one
address, so the buckets are wide: they stop programs, not people. An address is
never stored. The bucket is named by a keyed hash of its prefix and of the day, so
that tomorrow nobody can tell that the same place came back.
"""

import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from flask import request

from casework import clock
from casework.doors import tokens
from casework.notices.manners import Rate
from casework.sealing import ring

PREFIXES = {4: 24, 6: 56}
OWN_NETWORKS = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
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
    return tokens.take(f"{limit.name}:{key}", 1, rate=limit.rate)


def _address() -> str | None:
    """Return where a request came from; of one that a proxy of ours passed on, what that proxy says.

    A proxy stands on this machine or in our own network and writes last. Whoever sits there and writes it
    themselves gains a bucket, and nothing else.
    """
    near, passed_on = request.remote_addr, request.headers.get("X-Forwarded-For", "")
    return passed_on.rpartition(",")[2].strip() if passed_on and _is_near(near) else near


def _is_near(address: str | None) -> bool:
    try:
        found = ip_address(address or "")
    except ValueError:
        return True  # a socket of this machine names no address
    return found.is_loopback or any(found in network for network in OWN_NETWORKS)


def _prefix(address: str | None) -> str:
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"  # a socket of this machine names no address
    mapped = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network(f"{mapped}/{PREFIXES[mapped.version]}", strict=False))


def _let_go_of_full_buckets() -> None:
    tokens.let_go(more_than=MOST_BUCKETS, clock_of_process=time.monotonic)
