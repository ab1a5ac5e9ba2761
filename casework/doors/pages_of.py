"""Lists in pages that stay whole while rows are inserted: each page begins after the last thing of the one before.

The place is the public name of that last thing (a case's number, a ref), so
nothing inside shows and no row is given twice or left out, however many are
added meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from casework.db import db
from casework.errors import N_, Invalid

MOST = 200


@dataclass(frozen=True)
class Page:
    """One page of a list; `next` is what to ask for as `after`, None at the end."""

    items: Sequence[Any]
    next: str | None = None


def page_of(
    wanted: Select,
    *,
    known: Select,
    name: InstrumentedAttribute,
    after: str | None,
    limit: int,
    newest_first: bool = False,
) -> Page:
    """Return the page of `wanted` behind the thing called `after`, in the order in which the things came to be.

    `known` selects everything that this person may name as a place: the list
    without its filters, because a thing may have left a filter meanwhile.
    Raises `Invalid` for a place that is none of theirs.
    """
    order = name.class_.id
    if after:
        place = db.session.scalar(known.with_only_columns(order).where(name == after))
        if place is None:
            raise Invalid(
                N_("没有可以接续的这一页，请从第一页重新读取。"), fields={"after": N_("不是本列表中的名称。")}
            )
        wanted = wanted.where(order < place if newest_first else order > place)
    rows = db.session.scalars(wanted.order_by(order.desc() if newest_first else order).limit(limit + 1)).unique().all()
    shown = rows[:limit]
    return Page(shown, getattr(shown[-1], name.key) if len(rows) > limit else None)
