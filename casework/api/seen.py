"""What is named in an address, as far as this person may see it.

A thing outside of somebody's scope and a thing that does not exist are answered
with the very same sentence, so that nobody can find out by asking which of the
two it is. Inside the scope but without the right is `Forbidden`.
"""

from typing import NoReturn

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import QueryableAttribute

from casework.db import db
from casework.errors import N_, NotFound
from casework.operations.permit import answer
from casework.overview import unit_counts
from casework.people import queries as people
from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from workflows.access import Actor, Reach, permitted, scope_of


def organisation(code: str, actor: Actor, action: str) -> Organisation:
    """Return the organisation in which the actor may do this; `NotFound` or `Forbidden` otherwise."""
    found = db.session.scalars(select(Organisation).filter_by(code=code)).one_or_none()
    refusal = permitted(actor, action, organisation_path=path_of(found)) if found else None
    if found is None or (refusal is not None and refusal.code == "out_of_scope"):
        no_organisation(code)
    answer(refusal)
    return found


def no_organisation(code: str) -> NoReturn:
    """Say that there is no such organisation for this person."""
    raise people.no_organisation(code)


def round_(code: str | None) -> Round:
    """Return the round that is named, else the newest open one, as pages do."""
    found = rounds.get_round(code) if code else next(iter(rounds.open_rounds()), None)
    if found is None:
        raise NotFound(N_("还没有开启任何轮次。"))
    return found


def universities(code: str | None, actor: Actor, action: str) -> tuple[Organisation, ...]:
    """Return the universities in which the actor may do this, or the one of them that is named."""
    reached = tuple(unit_counts.universities(actor, action))
    if code is None:
        return reached
    return tuple(each for each in reached if each.code == code) or no_organisation(code)


def organisations(actor: Actor) -> Select[Organisation]:
    """Return a SELECT of the organisations where the actor serves, with everything below them."""
    seats = {held.seat_id for held in actor.appointments} | {held.organisation_id for held in actor.appointments}
    return select(Organisation).where(or_(*(_below(seat) for seat in sorted(seats))) if seats else false())


def within(column: QueryableAttribute[int], actor: Actor, action: str) -> ColumnElement[bool]:
    """Return the condition that `column` names an organisation in which the actor may do this."""
    return or_(*(_reached(column, scope.reach, scope.organisation_id) for scope in scope_of(actor, action)), false())


def _reached(column: QueryableAttribute[int], reach: Reach, seat: int) -> ColumnElement[bool]:
    if reach is Reach.OWN:
        return column == seat
    if reach is Reach.CHILDREN:
        return column.in_(select(Organisation.id).where(Organisation.parent_id == seat))
    return column.in_(select(Organisation.id).where(_below(seat)))


def _below(seat: int) -> ColumnElement[bool]:
    own = select(Organisation.path).where(Organisation.id == seat).scalar_subquery()
    return Organisation.path.like(own.concat("%"))
