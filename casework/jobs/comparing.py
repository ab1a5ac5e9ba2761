"""The night's comparison of the timers that every open case has with those that the rules say it should have.

Every change arms its timers in its own transaction, and the round of 00:05 has
computed all of them anew; so an hour later there is nothing to find. What is
found is a fault, of ours or of a hand in the database: it is put right and the
administrators hear of it. What was said is not said again: a timer that spoke
counts as spoken, and a message that was written has a key that cannot be
written twice.
"""

from casework import promises
from casework.deadlines.project import Projected
from casework.doors.unit import unit_of_work
from casework.operations.alarms import end_alarm, raise_alarm
from casework.operations.reproject import BEGINNING, Place, reproject_slice
from casework.operations.reprojection import number_in
from casework.rounds import queries
from workflows.access import SYSTEM

TIMERS_MISSING = "timers_missing"
NAMED = 5
"""So many cases are named in the alarm: enough to begin looking."""


def compare_timers(ref: str = "") -> dict:
    """Compare and put right all open cases and reports, some hundred a transaction; return what was wrong."""
    looked, wrong = 0, []
    with unit_of_work():
        codes = [round_.code for round_ in queries.open_rounds()]
    for code in codes:
        after: Place | None = BEGINNING
        while after is not None:
            with unit_of_work():
                part = reproject_slice(queries.get_round(code), after=after, actor=SYSTEM)
                looked += len(part.found)
                wrong += [_told(each) for each in part.found if _differs(each)]
                if ref:
                    promises.extend(ref, progress=looked, total=0)
            after = part.after
    counts = {"looked": looked, "wrong": len(wrong)}
    with unit_of_work():
        if wrong:
            raise_alarm(TIMERS_MISSING, facts=counts | {"first": wrong[:NAMED]})
        else:
            end_alarm(TIMERS_MISSING)
    return counts


def _differs(found: Projected) -> bool:
    return bool(found.timers.armed or found.timers.shifted or found.timers.disarmed)


def _told(found: Projected) -> dict[str, object]:
    timers = found.timers
    return {
        "number": number_in(found),
        "missing": list(timers.armed),
        "shifted": list(timers.shifted),
        "too_many": list(timers.disarmed),
    }
