"""Every job and every periodic task, where they can be read whole, and the one function that the queue calls.

A job's name is a word that outlives code; its arguments are ids and never
objects. The promise (a row) is the truth: one that nobody keeps is rung again,
and one that is rung twice is found to be taken or done on the first line.
"""

from collections.abc import Callable, Mapping
from datetime import time
from types import MappingProxyType

from casework.jobs import (
    campaigns,
    canary,
    checkpoints,
    comparing,
    deadlines,
    delivery,
    housekeeping,
    invariants,
    looking,
    mailbox,
    overdue,
    reading,
    receipts,
    tokens,
)
from casework.jobs.keeping import keep
from casework.jobs.later import Later
from casework.jobs.periodic import Daily, Every

JOBS: Mapping[str, Callable[..., dict | None]] = MappingProxyType(
    {
        "stage_batch": Later("casework.jobs.intake:stage_batch"),
        "confirm_batch": Later("casework.jobs.intake:confirm_batch"),
        "screen": Later("casework.jobs.screening:screen"),
        "back_test": Later("casework.jobs.screening:back_test"),
        "drain": delivery.drain,
        "fire_timers": deadlines.fire,
        "sweep": delivery.sweep,
        "digest": deadlines.digest,
        "orphans": deadlines.orphans,
        "warn_tokens": tokens.warn_tokens,
        "retime_all": deadlines.retime_all,
        "look_ahead": deadlines.look_ahead,
        "wrong_information": Later("casework.jobs.answers:wrong_information"),
        "warn_pace": overdue.warn_pace,
        "count_board": overdue.count_boards,
        "invariants": invariants.invariants,
        "ask_reading": reading.ask_reading,
        "compare_timers": comparing.compare_timers,
        "apply_pushed": receipts.apply,
        "take_mails": Later("casework.jobs.mails:take_mails"),
        "fan_out": campaigns.fan_out,
        "checkpoint_journals": checkpoints.checkpoint_journals,
        "propose_erasures": Later("casework.jobs.retention:propose_erasures"),
        "render_report": Later("casework.jobs.documents:render_report"),
    }
)
"""Every job by its name; each takes the ref of its promise, then its own arguments by keyword."""

SCHEDULE: tuple[Every | Daily, ...] = (
    Every("fire_timers", seconds=10, run=deadlines.fire),
    Every("sweep", seconds=20, run=delivery.sweep),
    Every("pushed_receipts", seconds=60, run=receipts.apply),
    Every("ring", seconds=15, run=housekeeping.ring_forgotten),
    Every("reap", seconds=10, run=housekeeping.reap),
    Every("look", seconds=60, run=looking.look),
    Every("campaigns", seconds=30, run=campaigns.look),
    Every("canary", seconds=300, run=canary.look),
    Daily("retime_all", at=time(0, 5)),
    Daily("checkpoint_journals", at=time(0, 30)),
    Daily("compare_timers", at=time(1, 30)),
    Daily("ask_reading", at=time(6, 40)),
    Daily("invariants", at=time(2, 30)),
    Daily("propose_erasures", at=time(3, 30)),
    Daily("wrong_information", at=time(8, 10)),
    Daily("orphans", at=time(8, 20)),
    Daily("warn_tokens", at=time(8, 50)),
    Daily("warn_pace", at=time(8, 40)),
    Daily("digest", at=time(9, 0)),
    Every("ask_for_counts", seconds=300, run=overdue.ask_for_counts),
    Every("ask_for_mails", seconds=180, run=mailbox.ask_for_mails),
    Every("clear_staging", seconds=3600, run=Later("casework.jobs.intake:clear_staging")),
    Every("forget_drafts", seconds=3600, run=Later("casework.jobs.drafts:forget")),
    Every("prune_ticks", seconds=3600, run=housekeeping.prune_ticks),
)
"""What comes round: `Every` runs in the scheduler itself, `Daily` (Beijing time) is promised to the workers."""


def run(ref: str) -> None:
    """Keep one promise, inside the application context that the worker has pushed."""
    keep(ref, JOBS)
