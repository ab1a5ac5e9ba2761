"""A reprojection as it lies in the result of a job, and read back from there."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from casework.operations.reprojection import Moved, Passed, Reprojection, RungChange, Saying, Shift, Undated

KEPT = 100_000
"""So many lines of what moves are kept; beyond that only their number is, and the journal has them all."""


def plain(found: Reprojection) -> dict[str, Any]:
    """Return it in a form that JSON can carry; what moves as short rows."""
    told = asdict(found)
    return {name: _out(value) for name, value in told.items() if name != "moved"} | {
        "moved": [
            [each.number, each.kind, each.organisation, _out(each.before), _out(each.after)]
            for each in found.moved[:KEPT]
        ],
        "moved_in_all": len(found.moved),
    }


def read(told: Mapping[str, Any]) -> Reprojection:
    """Return the reprojection that `plain` wrote."""
    return Reprojection(
        looked=told["looked"],
        moved=tuple(
            Moved(number, kind, organisation, _day(before), _day(after))
            for number, kind, organisation, before, after in told["moved"]
        ),
        shifts=tuple(
            Shift(**(row | {"before": _day(row["before"]), "after": _day(row["after"])})) for row in told["shifts"]
        ),
        newly_overdue=told["newly_overdue"],
        no_longer_overdue=told["no_longer_overdue"],
        sayings=tuple(Saying(**row) for row in told["sayings"]),
        say_at=datetime.fromisoformat(told["say_at"]) if told["say_at"] else None,
        letters=told["letters"],
        rungs=tuple(RungChange(**row) for row in told["rungs"]),
        passed=tuple(Passed(**(row | {"on": date.fromisoformat(row["on"])})) for row in told["passed"]),
        undated=tuple(Undated(**row) for row in told["undated"]),
    )


def _out(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _out(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_out(each) for each in value]
    return value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
