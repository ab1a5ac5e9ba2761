"""The bodies at or under a seat, fetched once a transaction, and the condition that a row belongs to one of them.

A page asks for them in every list and count, and the wall of rows before any of
these. The ids themselves stand in the statement: a short list of them can be read
off an index in the order of deadlines, a subquery cannot. They travel as one
parameter, however many they are, so that the statement for a province with a
hundred universities is as short as the one for a college.

What is remembered ends with the transaction, and with any change of an organisation.
"""

import json
from collections.abc import Mapping

from sqlalchemy import ARRAY, ColumnElement, Integer, any_, event, func, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute, object_session

from casework.db import db
from casework.people.models import Organisation

NOT_HANDLING = ("college", "discipline")
"""Bodies that hold neither cases nor leads nor reports of their own."""
_REMEMBERED = "casework.bodies_below"


def bodies_below(path: str) -> Mapping[int, tuple[int, ...]]:
    """Return the bodies at or under an organisation's `path`, as id → ids from the root down to it."""
    known = _remembered()
    if path not in known:
        wanted = select(Organisation.id, Organisation.path).where(
            Organisation.path.startswith(path, autoescape=True), Organisation.kind.not_in(NOT_HANDLING)
        )
        known[path] = {row.id: tuple(map(int, row.path.strip("/").split("/"))) for row in db.session.execute(wanted)}
    return known[path]


def held_below(column: InstrumentedAttribute[int], seat_id: int) -> ColumnElement[bool]:
    """Return the condition that `column` names a body at or under this seat; under a root stands everything."""
    seat = db.session.get_one(Organisation, seat_id)
    if seat.parent_id is None:
        return true()
    ids = sorted(bodies_below(seat.path))
    if len(ids) == 1:
        return column == ids[0]
    if db.engine.dialect.name == "sqlite":
        # With "+ 0" no index is taken for it: SQLite would fetch all rows of one body after the other, and sort them.
        return (column + 0).in_(select(func.json_each(literal(json.dumps(ids))).table_valued("value").c.value))
    return column == any_(literal(ids, ARRAY(Integer)))


def _remembered() -> dict[str, Mapping[int, tuple[int, ...]]]:
    session = db.session()
    transaction, held = session.get_transaction(), session.info
    if transaction is None:
        return {}
    if _REMEMBERED not in held or held[_REMEMBERED][0] is not transaction:
        held[_REMEMBERED] = (transaction, {})
    remembered: dict[str, Mapping[int, tuple[int, ...]]] = held[_REMEMBERED][1]
    return remembered


def _forget(_mapper: object, _connection: object, changed: Organisation) -> None:
    session = object_session(changed)
    if session is not None:
        session.info.pop(_REMEMBERED, None)


for _change in ("after_insert", "after_update", "after_delete"):
    event.listen(Organisation, _change, _forget)
