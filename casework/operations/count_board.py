"""Count the boards on which counting takes long, for everybody who looks at them: see `overview/board_counts.py`."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import selectinload

from casework import clock
from casework.cases.models import Case
from casework.db import db, insert_new
from casework.overview import board, board_counts
from casework.overview.models import BoardCount
from casework.people.actors import actor_of, path_of
from casework.people.models import Appointment, Organisation, Person
from casework.rounds.models import Round
from workflows.access import Actor, scope_of


def count_board(round_: Round) -> int:
    """Write the figures of every large reach of a round anew, and drop those that are large no more."""
    now, seen = clock.now(), set()
    for actor in _readers(_large(round_)):
        reach = board_counts.reach_of(scope_of(actor, board.READ))
        if not reach or reach in seen:
            continue
        seen.add(reach)
        _keep(round_, reach, board_counts.written(board.count(board.watched(actor, round_.id), now=now)))
    db.session.execute(delete(BoardCount).where(BoardCount.round_id == round_.id, BoardCount.reach.not_in(seen)))
    return len(seen)


def _large(round_: Round) -> Sequence[int]:
    """Return the organisations that hold, with those below them, many cases of a round."""
    held = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Case.organisation_id, func.count()).filter_by(round_id=round_.id).group_by(Case.organisation_id)
        )
    }
    sums: dict[int, int] = {}
    for organisation in db.session.scalars(select(Organisation).where(Organisation.id.in_(held))):
        for seat in path_of(organisation):
            sums[seat] = sums.get(seat, 0) + held[organisation.id]
    return [seat for seat, total in sums.items() if total >= board_counts.LARGE]


def _readers(seats: Sequence[int]) -> list[Actor]:
    """Return who looks at a board from one of these seats."""
    serving = select(Appointment.person_id).where(Appointment.organisation_id.in_(seats))
    wanted = select(Person).where(Person.active, Person.id.in_(serving)).order_by(Person.id)
    people = db.session.scalars(wanted.options(selectinload(Person.appointments).joinedload(Appointment.organisation)))
    actors = (actor_of(person) for person in people)
    return [actor for actor in actors if scope_of(actor, board.READ)]


def _keep(round_: Round, reach: str, figures: dict) -> None:
    values = {"taken_at": clock.now(), "figures": figures}
    if insert_new(BoardCount, keys=("round_id", "reach"), round_id=round_.id, reach=reach, **values):
        return
    db.session.execute(update(BoardCount).filter_by(round_id=round_.id, reach=reach).values(**values))
