"""The way out, driven: claim, gate, call, record; and the sweep that finds what a death left behind.

Each step is a transaction of its own and the call happens between two of them.
A process that was frozen after the gate and wakes up late must not send: the
lease may be somebody else's by then, and the person may have answered. Only the
monotonic clock knows how long it was away.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from flask import current_app

from casework import promises
from casework.config import Settings
from casework.db import db
from casework.doors import buckets
from casework.doors.unit import unit_of_work
from casework.jobs.carriers import ASKED_FOR_REPORTS, way_out
from casework.notices.manners import Rate
from casework.notices.under_way import waves_that_speak
from casework.notices.ways import manners, out
from casework.operations import sweep as sweeping
from casework.operations.drain import Claimed, claim_batch, let_go, pass_gate
from casework.operations.record_attempt import doubt_all, put_back, record_attempt, settle_doubt
from notifications.channels.channel import Channel
from notifications.channels.simulator import Simulator
from notifications.channels.tencent import Tencent
from notifications.errors import ChannelMisconfigured, NotYetKnown

log = logging.getLogger("casework.jobs")
GUARD = 5.0
"""Seconds that may lie between the gate and the call."""
PATIENCE = 10.0
"""Seconds for which a claimed batch may wait for its turn at the carrier; its lease has 120."""
LONGEST = timedelta(minutes=5)


def drain(ref: str = "", *, channel: str) -> dict:
    """Send what is ready on one channel, batch by batch, until nothing is or the job has run long enough."""
    way, settings = way_out(channel), _settings()
    end = time.monotonic() + LONGEST.total_seconds()
    counts = {"calls": 0, "messages": 0}
    while time.monotonic() < end:
        sent = call_once(way, base_url=settings.base_url)
        if sent is None:
            break
        counts["calls"] += 1
        counts["messages"] += sent
        if ref:
            with unit_of_work():
                promises.extend(ref, progress=counts["messages"], total=0)
    return counts


def call_once(way: Channel, *, base_url: str, clock_of_process: Callable[[], float] = time.monotonic) -> int | None:
    """Carry one batch out; return how many messages were handed over, or None when nothing may leave now."""
    rate = manners().rates.get(way.code)
    # What cannot be asked goes one at a time: a death in the middle then leaves one message in doubt, not fifty.
    size = way.batch_size if way.can_be_asked else 1
    claimed = _claim(way.code, min(size, rate.burst) if rate else size)
    if claimed is None or not all(_may_go(claimed, name, each) for name, each in _buckets(claimed, way.code, rate)):
        return None
    with unit_of_work():
        letters = pass_gate(claimed, base_url=base_url)
    passed_at = clock_of_process()
    if not letters:
        return 0
    db.session.rollback()  # no transaction is open while somebody else's server is thinking
    if clock_of_process() - passed_at > GUARD:
        log.warning("a batch of %s was held up for too long and is put back", way.code)
        with unit_of_work():
            put_back(claimed.attempt_id)
        return 0
    try:
        answer = way.send(letters, reference=claimed.ref)
    except Exception:  # a channel raises for a fault of the software alone; how far it had come, nobody knows
        with unit_of_work():
            doubt_all(claimed.attempt_id)
        raise
    with unit_of_work():
        record_attempt(claimed.attempt_id, answer)
    return len(letters)


def _claim(channel: str, size: int) -> Claimed | None:
    """Claim a batch; a wave that has used up its pace lets others go first, and is waited for when nobody else is."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    resting = _resting()
    with unit_of_work():
        claimed = claim_batch(channel, size=size, worker=worker, resting=resting)
    if claimed is not None or not resting or min(resting.values()) > PATIENCE:
        return claimed
    time.sleep(min(resting.values()))
    resting = _resting()
    with unit_of_work():
        return claim_batch(channel, size=size, worker=worker, resting=resting)


def _resting() -> Mapping[int, float]:
    """Return, by wave, in how many seconds its pace allows another batch; waves that need not wait are left out."""
    with unit_of_work():
        paced = [wave for wave in waves_that_speak() if wave.runs and wave.per_minute]
    waits = {wave.wave_id: buckets.wait_for(wave.campaign_ref, wave.at_once, rate=wave.rate) for wave in paced}
    return {wave_id: wait for wave_id, wait in waits.items() if wait > 0}


def _buckets(claimed: Claimed, channel: str, rate: Rate | None) -> Iterator[tuple[str, Rate]]:
    """Yield whose turns a batch has to wait for: its campaign's, then the carrier's."""
    if claimed.wave is not None:
        yield claimed.wave.campaign_ref, claimed.wave.rate
    if rate is not None:
        yield channel, rate


def _may_go(claimed: Claimed, name: str, rate: Rate) -> bool:
    """Wait until a batch may go at this rate; one that would wait for long is let go, and comes round again.

    This comes before the gate, so that nothing lies between its answer and the call.
    """
    end = time.monotonic() + PATIENCE
    while (wait := buckets.take(name, claimed.count, rate=rate)) > 0:
        if time.monotonic() + wait > end:
            with unit_of_work():
                let_go(claimed, pause=timedelta(seconds=wait))
            return False
        time.sleep(wait)
    return True


def sweep(_ref: str = "") -> dict:
    """Put back what a death left behind, ask about what is in doubt, apply what carriers report."""
    with unit_of_work():
        found = sweeping.sweep()
    settled = sum(_settle(doubt) for doubt in found.doubts if doubt.channel in out())
    for channel in set(ASKED_FOR_REPORTS) & set(out()):
        _take_receipts(channel)
    return {"put_back": found.put_back, "in_doubt": found.in_doubt, "rung": list(found.rung), "settled": settled}


def _settle(doubt: sweeping.Doubt) -> int:
    try:
        way = way_out(doubt.channel)
        answer = way.ask(doubt.ref) if way.can_be_asked else None
    except NotYetKnown:
        return 0
    except (OSError, ChannelMisconfigured) as fault:
        log.warning("%s could not be asked (%s); the next sweep tries again", doubt.channel, type(fault).__name__)
        return 0
    with unit_of_work():
        return settle_doubt(doubt.attempt_id, answer)


def _take_receipts(channel: str) -> None:
    try:
        way = way_out(channel)
        receipts = way.receipts() if isinstance(way, Simulator | Tencent) else ()
    except (OSError, NotYetKnown, ChannelMisconfigured) as fault:
        log.info("%s gave no receipts (%s); the next sweep tries again", channel, type(fault).__name__)
        receipts = ()
    with unit_of_work():
        sweeping.land_receipts(channel, ((each.ref, each.provider_id, each.status) for each in receipts))
    with unit_of_work():
        sweeping.apply_receipts()
        sweeping.give_up_receipts([channel])


def _settings() -> Settings:
    return current_app.extensions["casework"]
