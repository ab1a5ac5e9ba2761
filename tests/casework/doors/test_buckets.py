"""How fast a carrier may be called, by all processes together and by one that is alone."""

import time
from threading import Barrier, Thread

import pytest
from redis import Redis

from casework.doors import buckets
from casework.notices.manners import Rate

RATE = Rate(50, 100)


@pytest.fixture(autouse=True)
def _no_memory():
    buckets._own.clear()


@pytest.fixture
def server(queue_url):
    return lambda: Redis.from_url(queue_url)


def nobody():
    return Redis.from_url("unix:///nowhere/queue.sock")


def test_after_a_rest_a_burst_is_there_at_once_and_then_the_rate_holds(server):
    assert buckets.take("smtp", 100, rate=RATE, connection=server) == 0
    wait = buckets.take("smtp", 10, rate=RATE, connection=server)
    assert 0.1 < wait <= 0.2
    time.sleep(wait + 0.01)
    assert buckets.take("smtp", 10, rate=RATE, connection=server) == 0


def test_a_refusal_takes_nothing(server):
    buckets.take("smtp", 100, rate=RATE, connection=server)
    waits = [buckets.take("smtp", 50, rate=RATE, connection=server) for _ in range(5)]
    assert all(0.8 < wait <= 1.0 for wait in waits)


def test_channels_have_buckets_of_their_own(server):
    buckets.take("smtp", 100, rate=RATE, connection=server)
    assert buckets.take("wecom", 100, rate=RATE, connection=server) == 0


def test_many_processes_together_keep_within_rate_and_burst(server):
    """With a bucket for each, four would take four bursts."""
    taken, together = [], Barrier(4)

    def work():
        together.wait()
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            if buckets.take("smtp", 10, rate=RATE, connection=server) == 0:
                taken.append(10)
            else:
                time.sleep(0.02)

    begun = time.monotonic()
    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed = time.monotonic() - begun
    assert 100 <= sum(taken) <= RATE.burst + RATE.a_second * passed


def test_a_bucket_that_was_lost_allows_one_burst_and_no_more(server):
    buckets.take("smtp", 100, rate=RATE, connection=server)
    with server() as connection:
        connection.flushall()
    assert buckets.take("smtp", 100, rate=RATE, connection=server) == 0
    assert buckets.take("smtp", 100, rate=RATE, connection=server) > 0


def test_a_clock_of_the_server_that_was_set_back_stops_nobody_for_long(server):
    with server() as connection:
        connection.set("casework:rate:smtp", str(time.time() + 86400))
    assert buckets.take("smtp", 10, rate=RATE, connection=server) <= 0.2


def test_while_the_server_is_away_each_keeps_to_a_part_of_the_rate():
    now = [1000.0]
    given = {"rate": RATE, "connection": nobody, "clock_of_process": lambda: now[0]}
    assert buckets.take("smtp", 100, **given) == 0
    assert buckets.take("smtp", 25, **given) == pytest.approx(25 / (RATE.a_second * buckets.ALONE))
    now[0] += 2.0
    assert buckets.take("smtp", 25, **given) == 0
    assert buckets.take("smtp", 1, **given) > 0
