"""One place may ask so often and no more; nobody can tell from what is kept which place it was, nor tomorrow again."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from casework import clock
from casework.config import LOOPBACK
from casework.doors import buckets, limits
from casework.sealing import KeyRing, configure
from tests.casework.notices.office import OPENED

ONE = limits.Limit("one", an_hour=60, at_once=3)
PLACES = {
    "the same house": ("203.0.113.7", "203.0.113.250", True),
    "another house": ("203.0.113.7", "203.0.114.7", False),
    "the same house by its new address": ("2001:db8:0:1::7", "2001:db8:0:ff::9", True),
    "another house by its new address": ("2001:db8:0:1::7", "2001:db8:1:1::7", False),
    "an old address in new clothes": ("203.0.113.7", "::ffff:203.0.113.9", True),
    "no address at all": ("", "unix:", True),
}


@pytest.fixture(autouse=True)
def kept_buckets(monkeypatch):
    """Return the buckets of a process that has no queue server."""
    configure(KeyRing({"k1": bytes(32)}, b"index key of the tests"))
    kept = {}
    monkeypatch.setattr(buckets, "_own", kept)
    return kept


@pytest.fixture
def ask(app):
    def wait(address, limit=ONE, *, at=OPENED, passed_on=""):
        headers = {"X-Forwarded-For": passed_on} if passed_on else {}
        with (
            clock.stopped_at(at),
            app.test_request_context(environ_base={"REMOTE_ADDR": address}, headers=headers),
        ):
            return limits.wait_here(limit)

    return wait


def test_a_place_gets_its_burst_and_then_a_time_to_come_back(ask):
    assert [ask("203.0.113.7") for _ in range(3)] == [0, 0, 0]
    assert 0 < ask("203.0.113.7") <= 4 * 60  # a process alone gives a quarter of the rate


def test_places_share_a_bucket_as_far_as_they_share_a_network(ask, kept_buckets):
    for what, (one, other, shared) in PLACES.items():
        kept_buckets.clear()
        ask(one)
        ask(other)
        assert (what, len(kept_buckets) == 1) == (what, shared)


VISITOR, OTHER, PROXY = "203.0.113.7", "198.51.100.77", "10.2.3.4"
HEARD = {
    "this machine's proxy says who asks": ("127.0.0.1", VISITOR, VISITOR),
    "so does one behind a socket": ("unix:", VISITOR, VISITOR),
    "so does one that is configured": (PROXY, VISITOR, VISITOR),
    "one of our own network is not believed for that": ("10.9.9.9", VISITOR, "10.9.9.9"),
    "nor is one out there": (OTHER, VISITOR, OTHER),
    "what stands before the visitor the visitor wrote": ("127.0.0.1", f"{OTHER}, {VISITOR}", VISITOR),
    "of several proxies each is passed": ("127.0.0.1", f"{OTHER}, {VISITOR}, {PROXY}", VISITOR),
    "who sits in our own network is a visitor too": (PROXY, f"{OTHER}, 10.9.9.9", "10.9.9.9"),
    "past what no proxy of ours wrote nothing is read": (PROXY, f"{OTHER}, unknown", "unix:"),
    "a request of the proxy itself is its own": (PROXY, "", PROXY),
}


def test_of_what_is_passed_on_the_visitor_counts_and_only_configured_proxies_are_believed(ask, kept_buckets, app):
    app.extensions["casework"] = replace(app.extensions["casework"], proxies=(*LOOPBACK, ip_network("10.2.3.0/24")))
    for what, (near, passed_on, counted) in HEARD.items():
        kept_buckets.clear()
        ask(near, passed_on=passed_on)
        ask(counted)
        assert (what, len(kept_buckets)) == (what, 1)


def test_where_no_proxy_is_configured_nobody_in_a_private_network_writes_themselves_a_fresh_bucket(ask, kept_buckets):
    for count in range(4):
        ask("192.168.7.7", passed_on=f"203.0.{count}.1")
    assert len(kept_buckets) == 1


def test_what_is_kept_names_no_address_and_another_thing_every_day(ask, kept_buckets):
    ask("203.0.113.7")
    ask("203.0.113.7", at=OPENED + timedelta(days=1))
    assert len(kept_buckets) == 2
    assert not [name for name in kept_buckets if "203" in name.split(":")[1][:3] or "." in name]


def test_each_limit_has_its_own_buckets(ask):
    for _ in range(3):
        ask("203.0.113.7")
    assert ask("203.0.113.7", limits.Limit("other", an_hour=60, at_once=3)) == 0


def test_a_process_alone_forgets_full_buckets_before_they_are_too_many(kept_buckets):
    kept_buckets.update({f"full {number}": 0.0 for number in range(20)})
    kept_buckets["waiting"] = 1e12
    buckets.let_go(more_than=100)
    assert len(kept_buckets) == 21
    buckets.let_go(more_than=10)
    assert set(kept_buckets) == {"waiting"}
