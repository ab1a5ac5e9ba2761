"""How fast a carrier may be called: one bucket for all processes, kept at the queue server.

A bucket is one number: when it would be full again (the generic cell rate
algorithm). The queue server's own clock decides, so hosts need not agree. It is
no fact: lost, it only allows one more burst. While the queue server is away each
process keeps a bucket of its own, slower, because nobody knows how many others
there are.
"""

import logging
import time
from collections.abc import Callable

from redis import Redis, RedisError

from casework.doors import doorbell
from casework.notices.manners import Rate

log = logging.getLogger("casework.buckets")
ALONE = 0.25
"""The part of a rate that a process takes while it cannot ask the others."""
_KEY = "casework:rate:"
_ROUNDING = 1e-6
_TAKE = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local room, cost = tonumber(ARGV[2]), tonumber(ARGV[1])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
full = math.min(math.max(full, now), now + room)
local wait = full + cost - now - room
if wait > 0.000001 then return string.format('%.6f', wait) end
redis.call('SET', KEYS[1], string.format('%.6f', full + cost), 'PX', math.ceil((room + cost) * 1000) + 1000)
return '0'
"""
_WAIT = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
return string.format('%.6f', math.max(0, full + tonumber(ARGV[1]) - now - tonumber(ARGV[2])))
"""

_own: dict[str, float] = {}
"""When each bucket of this process alone would be full again, by its monotonic clock."""


def take(
    channel: str,
    count: int,
    *,
    rate: Rate,
    connection: Callable[[], Redis] = doorbell.connection,
    clock_of_process: Callable[[], float] = time.monotonic,
) -> float:
    """Take `count` tokens of a channel and return 0, or take none and return in how many seconds they will be there.

    No more than `rate.burst` are ever there at once: ask for no more.
    """
    cost, room = count / rate.a_second, rate.burst / rate.a_second
    told = _shared(_TAKE, channel, cost, room, connection)
    if told is not None:
        return told
    cost, room, now = cost / ALONE, room / ALONE, clock_of_process()
    full = max(_own.get(channel, now), now)
    wait = full + cost - now - room
    if wait > _ROUNDING:
        return wait
    _own[channel] = full + cost
    return 0.0


def wait_for(
    channel: str,
    count: int,
    *,
    rate: Rate,
    connection: Callable[[], Redis] = doorbell.connection,
    clock_of_process: Callable[[], float] = time.monotonic,
) -> float:
    """Return in how many seconds `count` tokens will be there, 0 when they are; none is taken."""
    cost, room = count / rate.a_second, rate.burst / rate.a_second
    told = _shared(_WAIT, channel, cost, room, connection)
    if told is not None:
        return told
    now = clock_of_process()
    return max(0.0, max(_own.get(channel, now), now) + (cost - room) / ALONE - now)


def _shared(script: str, channel: str, cost: float, room: float, connection: Callable[[], Redis]) -> float | None:
    """Return what the bucket that all processes share answers, None while the queue server is away."""
    try:
        with connection() as server:
            return float(server.eval(script, 1, _KEY + channel, cost, room))  # type: ignore[arg-type] # numbers are sent as text
    except RedisError as fault:
        log.debug("the rate of %s is kept by this process alone (%s)", channel, type(fault).__name__)
    return None


def let_go(*, more_than: int, clock_of_process: Callable[[], float] = time.monotonic) -> None:
    """Forget the buckets of this process that are full again, once it keeps so many: a full one says nothing."""
    if len(_own) <= more_than:
        return
    now = clock_of_process()
    for name in [name for name, full in _own.items() if full <= now]:
        del _own[name]
