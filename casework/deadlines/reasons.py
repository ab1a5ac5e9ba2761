"""Reasons as they lie in `Case.due_why`: the sentence's id and its facts, dates kept as dates.

A deadline is explained in the reader's language and manner long after it was
computed, so neither may be baked in when it is stored.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from workflows.reasons import Reason


def stored(reasons: Iterable[Reason]) -> list[dict]:
    """Return reasons in a form that JSON can carry."""
    return [
        {
            "code": reason.code,
            "message": reason.message,
            "params": {name: _out(value) for name, value in reason.params.items()},
            "words": sorted(reason.words),
        }
        for reason in reasons
    ]


def recalled(rows: Iterable[Mapping]) -> tuple[Reason, ...]:
    """Return the reasons that `stored` wrote."""
    return tuple(
        Reason(
            row["code"],
            row["message"],
            {name: _in(value) for name, value in row["params"].items()},
            frozenset(row["words"]),
        )
        for row in rows
    )


def _out(value: object) -> object:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value if isinstance(value, int) else str(value)


def _in(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return datetime.fromisoformat(value["moment"]) if "moment" in value else date.fromisoformat(value["day"])
