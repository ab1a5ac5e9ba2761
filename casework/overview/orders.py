"""Other orders of a list than the deadline alone: suspicion among equal deadlines, suspicion, worth of a check.

The deadline always comes first in a person's own queue; suspicion only breaks
its ties, of which there are many, because dates end at midnight. The list of all
cases may be ordered by suspicion, or by probability per cost, where a case costs
as many registrations as are checked first. Pages turn by the last line's own
values. The two orders by suspicion read every case of the condition, since no
index holds them: they are for one organisation, not for a million cases.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, literal, tuple_

from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, Invalid
from casework.overview import desk
from casework.overview.desk import Filters, Sheet, row_id
from casework.screening.first_checks import MOST_CHECKED

UNDATED = datetime(9999, 1, 1, tzinfo=UTC)
CONDUCT_COST = 5  # registrations to which the check of a person's conduct is likened [judgement]
UNRATED = -99.0  # log-odds of a case that no rule has opened: after all others

_LOG_ODDS = func.coalesce(Case.suspicion, UNRATED)
_COST = case(
    (Case.kind == "record", 1.0),
    (Case.kind == "conduct", float(CONDUCT_COST)),
    (Case.people_count <= 1, 1.0),
    (Case.people_count < MOST_CHECKED, Case.people_count * 1.0),
    else_=float(MOST_CHECKED),
)
_WORTH = 1.0 / ((1.0 + func.exp(-_LOG_ODDS)) * _COST)

DUE, SUSPICION, WORTH = "due", "suspicion", "worth"
CHOICES = MappingProxyType({SUSPICION: N_("可疑程度"), WORTH: N_("每核查一条的把握")})
"""The orders that a reader may choose, beside the usual one."""

_Reader = Callable[[str], Any]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_ORDERS: Mapping[str, tuple[tuple[SQLColumnExpression[Any], _Reader], ...]] = MappingProxyType(
    {
        DUE: ((func.coalesce(Case.due_at, UNDATED), _moment), (-_LOG_ODDS, float), (Case.id, row_id)),
        SUSPICION: ((-_LOG_ODDS, float), (Case.id, row_id)),
        WORTH: ((-_WORTH, float), (Case.id, row_id)),
    }
)


def sheet(
    condition: ColumnElement[bool], filters: Filters, order: str, *, now: datetime, after: str = "", limit: int = 50
) -> Sheet:
    """Return one page of a list in an order of `CHOICES`, or by deadline and then suspicion (`DUE`)."""
    keys = [expression for expression, _ in _ORDERS[order]]
    wanted = desk.lines(condition, filters, now=now).add_columns(
        *(key.label(f"key_{place}") for place, key in enumerate(keys))
    )
    if after:
        wanted = wanted.where(tuple_(*keys) > tuple_(*(literal(value) for value in _place(order, after))))
    rows = db.session.execute(wanted.order_by(*keys).limit(limit + 1)).all()
    shown = rows[:limit]
    if len(rows) <= limit:
        return Sheet(desk.counted_lines(shown, now))
    last = [getattr(shown[-1], f"key_{place}") for place in range(len(keys))]
    return Sheet(desk.counted_lines(shown, now), "~".join((order, *(_written(value) for value in last))))


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)


def _place(order: str, after: str) -> list[Any]:
    """Return the values of the last line of the page before."""
    name, *parts = after.split("~")
    readers = [reader for _, reader in _ORDERS[order]]
    if name == order:
        with suppress(ValueError, OverflowError):
            return [reader(part) for reader, part in zip(readers, parts, strict=True)]
    raise Invalid(N_("这个翻页地址不完整。请回到列表第一页。"), code="bad_page_key")
