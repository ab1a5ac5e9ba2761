"""The board's figures where counting takes long: counted by a job every few minutes, shown with their time.

To count a million cases takes seconds, and no index changes that: a fifth of
them may be late. A small scope is counted on the spot. The figures of a large
one are a few minutes old, and the page says so. When the job stands still for
`TOO_OLD`, the page counts by itself again: late and right is better than quick
and wrong.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from casework.db import db
from casework.overview import board
from casework.overview.board import AXES, Desk, Figures, Heat, HeatMap
from casework.overview.desk import Numbers
from casework.overview.models import BoardCount
from workflows.access import Scope

LARGE = 20_000
"""From so many cases of a round on, a scope is counted by the job."""
TOO_OLD = timedelta(minutes=30)


def figures(
    condition: ColumnElement[bool], *, scopes: Sequence[Scope], round_id: int, now: datetime
) -> tuple[Figures, bool]:
    """Return the figures of these scopes in a round, and whether they were kept from before."""
    reach = reach_of(scopes)
    if reach:
        wanted = select(BoardCount.taken_at, BoardCount.figures).filter_by(round_id=round_id, reach=reach)
        kept = db.session.execute(wanted.where(BoardCount.taken_at > now - TOO_OLD)).one_or_none()
        if kept:
            return read(kept.figures, taken_at=kept.taken_at), True
    return board.count(condition, now=now), False


def reach_of(scopes: Sequence[Scope]) -> str:
    """Name a reach, the same for everybody who has it; empty for one that is narrower than its organisations.

    What concerns the organisation itself is in nobody's figures there; who is blind to others too has a reach apart.
    """
    if any(scope != Scope(scope.organisation_id, scope.reach, blind_to=scope.blind_to) for scope in scopes):
        return ""
    return ",".join(sorted({_named(scope) for scope in scopes}))


def _named(scope: Scope) -> str:
    others = "".join(f"!{each}" for each in sorted(scope.blind_to - {scope.organisation_id}))
    return f"{scope.reach}:{scope.organisation_id}{others}"


def written(found: Figures) -> dict[str, Any]:
    """Return figures as plain JSON."""
    return {
        "numbers": found.numbers.by_group,
        "heat": {
            axis: [[[row.key, row.cells] for row in of.rows], of.rest, of.left_out] for axis, of in found.heat.items()
        },
        "desks": [
            [each.owner_id, each.organisation_id, each.open, each.overdue, each.oldest and each.oldest.isoformat()]
            for each in found.desks
        ],
        "desks_left_out": found.desks_left_out,
        "unassigned": found.unassigned,
        "drawn": found.drawn,
        "opened": {day.isoformat(): n for day, n in found.opened.items()},
        "closed": {day.isoformat(): n for day, n in found.closed.items()},
    }


def read(kept: Mapping[str, Any], *, taken_at: datetime) -> Figures:
    """Return the figures that `written` wrote."""
    return Figures(
        taken_at=taken_at,
        numbers=Numbers(kept["numbers"]),
        heat={axis: _heat(*kept["heat"][axis]) for axis in AXES},
        desks=tuple(_desk(*row) for row in kept["desks"]),
        desks_left_out=kept["desks_left_out"],
        unassigned=kept["unassigned"],
        drawn=kept["drawn"],
        opened={date.fromisoformat(day): n for day, n in kept["opened"].items()},
        closed={date.fromisoformat(day): n for day, n in kept["closed"].items()},
    )


def _heat(rows: Sequence[Any], rest: dict[str, int], left_out: int) -> HeatMap:
    return HeatMap(tuple(Heat(key, cells) for key, cells in rows), rest, left_out)


def _desk(owner_id: int | None, organisation_id: int, still: int, overdue: int, oldest: str | None) -> Desk:
    return Desk(owner_id, organisation_id, still, overdue, _moment(oldest))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
