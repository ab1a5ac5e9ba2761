"""The workers, as the queue server knows them: who is alive, and what the dead ones held.

A worker that is killed leaves an entry that says it is at work, for minutes. On
the machine on which it ran one can know better at once: its name holds the
process, the moment at which that began, and the space that its number is
counted in, so neither a number given out again nor a container beside it is
mistaken for it. Where that cannot be asked (no /proc), the leases end by
themselves.
"""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from redis import Redis
from rq import Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from casework.doors import doorbell

PROC = Path("/proc")
_PARTS = 3
_BEGAN = 19  # the 22nd field of a process's line, counted after its name


@dataclass(frozen=True)
class Seen:
    """One worker: on which machine, which queues it looks into, what it is doing, seconds since it last said so."""

    name: str
    host: str
    queues: tuple[str, ...]
    state: str
    silent_for: float | None


def own_name() -> str:
    """Return the name of this worker: machine, space of process numbers, process, and when that began."""
    pid = os.getpid()
    return f"{socket.gethostname()}.{_space()}.{pid}.{_began(pid) or 0}"


def seen() -> list[Seen]:
    """Return the workers that the queue server knows, in the order of their names; raises RedisError."""
    with doorbell.connection() as redis:
        at = datetime.fromtimestamp(redis.time()[0], UTC)  # type: ignore[index] # the server's clock: ours may be a demonstration's
        found = [
            Seen(
                worker.name,
                worker.name.rsplit(".", _PARTS)[0],
                tuple(worker.queue_names()),
                str(worker.get_state()),
                _since(worker.last_heartbeat, at),
            )
            for worker in _all(redis)
        ]
    return sorted(found, key=lambda each: each.name)


def bury_dead() -> list[str]:
    """Remove what workers of this machine left behind that are no more; return the refs of promises they held.

    Raises RedisError. A work horse dies with its worker (`work.py`), so nobody is at those promises any longer.
    """
    held: list[str] = []
    with doorbell.connection() as redis:
        for worker in _all(redis):
            if not _is_dead(worker.name):
                continue
            jobs = [execution.job_id for execution in worker.get_current_executions()]
            worker.register_death()
            for job_id in jobs:
                held.append(doorbell.ref_of(job_id))
                try:
                    Job.fetch(job_id, connection=redis, serializer=JSONSerializer).delete()
                except NoSuchJobError:
                    continue
    return held


def _since(beat: datetime | None, at: datetime) -> float | None:
    return max((at - beat.replace(tzinfo=beat.tzinfo or UTC)).total_seconds(), 0.0) if beat else None


def _all(redis: Redis) -> Sequence[BaseWorker]:
    return Worker.all(connection=redis, serializer=JSONSerializer)


def _is_dead(name: str) -> bool:
    """Say whether a worker ran here and is no more; anything that cannot be known counts as alive."""
    host, *rest = name.rsplit(".", _PARTS)
    if len(rest) != _PARTS or not PROC.exists() or host != socket.gethostname():
        return False
    space, pid, began = rest
    return space == _space() and pid.isdecimal() and began != "0" and str(_began(int(pid))) != began


def _space() -> str:
    """Return the name of the space in which this process has its number: two containers count apart."""
    try:
        return str((PROC / "self" / "ns" / "pid").stat().st_ino)
    except OSError:
        return "0"


def _began(pid: int) -> int | None:
    """Return when a living process began, in ticks since the machine did; None when it is gone or a zombie."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[_BEGAN])
