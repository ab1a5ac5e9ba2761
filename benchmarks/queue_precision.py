"""How often the front of the queue is right, ordered by score and ordered by counting hits.

Screens the sample university with its truth files beside it, puts every
registration that a rule flags into a queue, and counts how many of the first k
need something: `untrue` is a destination that is not so, `to correct` adds what
is true but below the standard and plain errors of data. The naive order counts
hits; both break ties by student number, so that neither is lucky. Findings about
units are left out: they say something of a share, not of each registration in it.

    python -m benchmarks.queue_precision
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from casework.screening.engine import Hit, screen
from casework.screening.score import score
from tests.casework.screening import kit

FIRST = (50, 100, 200, 300, 500, 1_000)
LEVELS = frozenset({"record", "employer", "group"})
OPENING = frozenset({"C s", "C m", "C w", "V s", "V m"})
UNTRUE = frozenset({"untrue"})

Order = Callable[[Sequence[Hit]], float]


def flagged(hits: Sequence[Hit]) -> dict[str, list[Hit]]:
    """Return the hits of every registration about which something opens a case."""
    found: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.level in LEVELS:
            for student_no in hit.student_nos:
                found[student_no].append(hit)
    return {
        student_no: mine
        for student_no, mine in sorted(found.items())
        if any(f"{hit.output} {hit.strength}" in OPENING for hit in mine)
    }


def queue(found: Mapping[str, Sequence[Hit]], order: Order) -> list[str]:
    """Return the registrations, the most suspicious first."""
    return sorted(found, key=lambda student_no: (-order(found[student_no]), student_no))


def truth() -> tuple[set[str], set[str]]:
    """Return whose destination is untrue, and whose registration needs anything at all."""
    states = kit.rows(kit.TRUTH / "record_state.csv")
    labels = kit.rows(kit.TRUTH / "record_truth.csv")
    untrue = {row["student_no"] for row in states if row["state"] in UNTRUE}
    below = {row["student_no"] for row in states if row["state"] == "true_but_below_standard"}
    errors = {row["student_no"] for row in labels if row["label"] in {"problem", "data_error"}}
    return untrue, untrue | below | errors


def main() -> None:
    """Print the table."""
    started = time.perf_counter()
    hits = screen(kit.university(), context=kit.CONTEXT).hits
    found = flagged(hits)
    untrue, to_correct = truth()
    queues = {"score": queue(found, lambda mine: score(mine).log_odds), "count": queue(found, len)}
    print(
        f"{len(hits):,} hits, {len(found):,} registrations in the queue, of which {len(untrue & found.keys()):,} untrue"
        f" and {len(to_correct & found.keys()):,} to correct; {len(untrue):,} are untrue in all"
        f" ({time.perf_counter() - started:.1f} s)"
    )
    print(f"{'first':>8}{'untrue: score':>22}{'count':>16}{'to correct: score':>26}{'count':>16}")
    for k in (*(k for k in FIRST if k < len(found)), len(found)):
        cells = [
            f"{len(right & set(queues[name][:k]))}/{k} {len(right & set(queues[name][:k])) / k:.3f}"
            for right in (untrue, to_correct)
            for name in ("score", "count")
        ]
        print(f"{k:>8}{cells[0]:>22}{cells[1]:>16}{cells[2]:>26}{cells[3]:>16}")


if __name__ == "__main__":
    main()
