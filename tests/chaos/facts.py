"""What a run has shown, counted in the carrier's log and the office's ledger; the tables only say why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text

from tests.chaos.carrier import PATIENCE, Accepted
from tests.chaos.office import Entry

RECORDED = frozenset({"accepted", "delivered", "undelivered_permanent", "undelivered_temporary", "no_receipt"})
UNDER_WAY = ("ready", "leased", "submitting", "in_doubt")
MESSAGES = """
SELECT id, ref, dedup_key, person_id, case_id, kind, channel, state, bundle_id FROM messages
"""
SUBMITTED = """
SELECT message_id, min(at) AS at FROM message_events WHERE to_state = 'submitting' GROUP BY message_id
"""
WAITING = f"""
SELECT (SELECT count(*) FROM messages WHERE state IN {UNDER_WAY} AND channel = 'simulator')
     + (SELECT count(*) FROM timers WHERE state = 'armed' AND fire_at <= :now)
     + (SELECT count(*) FROM naive_messages WHERE state <> 'sent')
"""  # noqa: S608 - its own constant


@dataclass(frozen=True)
class Seen:
    """Every offence by what it concerns, and how late each thing was."""

    messages: int
    lost: Sequence[str]
    twice: Sequence[str]
    unrecorded: Sequence[str]
    too_late_to_tell: Sequence[str]
    lateness: Sequence[float]
    naive: int
    naive_lost: int
    naive_twice: int

    @property
    def clean(self) -> bool:
        return not (self.lost or self.twice or self.unrecorded or self.too_late_to_tell)

    @property
    def sees(self) -> bool:
        """Say whether the naive variant shows that this run could have seen an offence."""
        return self.naive_lost + self.naive_twice > 0

    @property
    def late(self) -> float:
        """Return by how many seconds 99 of 100 were at most late."""
        ordered = sorted(self.lateness)
        return ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))] if ordered else 0.0


@dataclass
class Done:
    """What was done to the processes and servers."""

    kills: Counter = field(default_factory=Counter)
    stops: int = 0
    crashes: int = 0
    flushes: int = 0
    queue_kills: int = 0


def waiting(engine: Engine, now: Any) -> int:
    """Count what has not come to rest."""
    with engine.connect() as connection:
        return connection.scalar(text(WAITING), {"now": now})


def look(engine: Engine, ledger: Sequence[Entry], log: Sequence[Accepted], *, offset: float, guard: float) -> Seen:
    """Compare what was promised with what was accepted; `offset` leads from the machine's time to the service's."""
    with engine.connect() as connection:
        rows = connection.execute(text(MESSAGES)).all()
        submitted = {row.message_id: _seconds(row.at) - offset for row in connection.execute(text(SUBMITTED))}
        naive = connection.scalar(text("SELECT count(*) FROM naive_messages"))
    ours = [line for line in log if line.kind != "naive"]
    theirs = Counter(line.ref for line in log if line.kind == "naive")
    times = Counter(line.ref for line in ours)
    by_id, by_key = {row.id: row for row in rows}, {row.dedup_key: row for row in rows}
    about = _about_cases(rows)
    refused = {(each.what, each.about): each.at for each in ledger if each.what in {"opted_out", "closed"}}
    lost, lateness = [], []
    for entry in ledger:
        found = _rows_of(entry, by_key, about)
        if found is None or entry.what == "end":
            continue
        said = [row for row in found if _said(row, by_id, times)]
        excused = ("opted_out" if entry.what == "letter" else "closed", entry.about) in refused
        if not said and not excused:
            lost.append(f"{entry.what} {entry.about} {[row.state for row in found]}")
        first = [submitted[key] for row in said for key in (row.bundle_id or row.id,) if key in submitted]
        if first and not excused:
            lateness.append(max(0.0, min(first) - entry.at))
    slack = guard + PATIENCE
    return Seen(
        messages=sum(1 for entry in ledger if entry.what in {"letter", "reminder", "escalation"}),
        lost=lost,
        twice=[ref for ref, number in times.items() if number > 1],
        unrecorded=[row.ref for row in rows if row.ref in times and row.state not in RECORDED],
        too_late_to_tell=list(_too_late(ours, {row.ref: row for row in rows}, refused, slack)),
        lateness=lateness,
        naive=naive,
        naive_lost=sum(1 for number in range(naive) if f"naive-{number}" not in theirs),
        naive_twice=sum(1 for number in theirs.values() if number > 1),
    )


def line(engine: str, seconds: float, seed: int, done: Done, seen: Seen) -> str:
    """Return the one line of facts."""
    killed = ", ".join(f"{role} {number}" for role, number in sorted(done.kills.items()))
    facts = [
        f"kills {done.kills.total()} ({killed})",
        f"stops {done.stops}",
        f"database crashes {done.crashes}",
        f"flushes {done.flushes}",
        f"queue server kills {done.queue_kills}",
        f"messages {seen.messages:,}",
        f"lost {len(seen.lost)}",
        f"twice {len(seen.twice)}",
        f"unrecorded {len(seen.unrecorded)}",
        f"sent after opt-out or closing {len(seen.too_late_to_tell)}",
        f"late p99 {seen.late:.1f} s",
    ]
    naive = f"naive: messages {seen.naive:,}, lost {seen.naive_lost}, twice {seen.naive_twice}"
    return f"chaos on {engine}, {seconds:.0f} s, seed {seed}: {', '.join(facts)} | {naive}"


def offences(seen: Seen) -> Mapping[str, Sequence[str]]:
    """Return every offence under its name."""
    return {
        "lost": seen.lost,
        "twice": seen.twice,
        "unrecorded": seen.unrecorded,
        "sent after opt-out or closing": seen.too_late_to_tell,
    }


def plain(done: Done, seen: Seen, *, rested: bool) -> dict[str, object]:
    """Return everything for a file."""
    ordered = sorted(seen.lateness)
    return {
        "kills": dict(done.kills),
        "stops": done.stops,
        "database_crashes": done.crashes,
        "flushes": done.flushes,
        "queue_kills": done.queue_kills,
        "rested": rested,
        "messages": seen.messages,
        "offences": {name: list(each) for name, each in offences(seen).items()},
        "naive": {"messages": seen.naive, "lost": seen.naive_lost, "twice": seen.naive_twice},
        "late": {"p50": ordered[len(ordered) // 2] if ordered else 0, "p99": seen.late, "max": max(ordered, default=0)},
    }


def _about_cases(rows: Iterable[Any]) -> Mapping[tuple[str, int], list[Any]]:
    found: dict[tuple[str, int], list[Any]] = {}
    for row in rows:
        if row.case_id is not None:
            what = "escalation" if row.channel == "inbox" and row.kind == "case_escalated" else "reminder"
            if what == "escalation" or row.channel != "inbox":
                found.setdefault((what, row.case_id), []).append(row)
    return found


def _rows_of(entry: Entry, by_key: Mapping[str, Any], about: Mapping[tuple[str, int], list[Any]]) -> list[Any] | None:
    """Return the rows that a promise has become; None for a line that promises nothing."""
    if entry.what == "letter":
        return [by_key[entry.key]] if entry.key in by_key else []
    return about.get((entry.what, entry.about), []) if entry.what in {"reminder", "escalation"} else None


def _said(row: Any, by_id: Mapping[int, Any], times: Counter) -> bool:
    """Say whether the carrier has a message, or the letter that speaks for it; a row of the inbox is there."""
    return row.channel == "inbox" or row.ref in times or (row.bundle_id and by_id[row.bundle_id].ref in times)


def _too_late(
    log: Iterable[Accepted], rows: Mapping[str, Any], refused: Mapping[tuple[str, int], float], slack: float
) -> Iterable[str]:
    for each in log:
        row = rows.get(each.ref)
        if row is None:
            yield f"{each.ref} is nobody's"
            continue
        ends = (refused.get(("opted_out", row.person_id)), refused.get(("closed", row.case_id)))
        after = [each.at - end for end in ends if end is not None]
        if any(seconds > slack for seconds in after):
            yield f"{each.ref} {max(after):.1f} s after"


def _seconds(moment: Any) -> float:
    """Return a moment as seconds; SQLite gives it as text in UTC."""
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
