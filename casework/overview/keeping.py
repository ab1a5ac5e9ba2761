"""How long things are kept, and what must be kept longer: floors, ceilings and legal holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from casework import clock
from casework.db import db
from casework.journal import ERASE, LegalHold
from casework.overview.erasures import Erasure
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from casework.rounds.settings import retention_ceiling, retention_years
from workflows.access import Actor, scope_of

HOLD = "journal:hold"
MOST_HOLDS = 200


@dataclass(frozen=True)
class Kept:
    """How long a round is kept: so many years from the last thing that happened, and at most until a day."""

    round: Round
    floor_years: int
    until: date

    @property
    def is_over(self) -> bool:
        """Whether the ceiling has passed."""
        return clock.today() > self.until


@dataclass(frozen=True)
class Holds:
    """The holds of one's offices, those in force first, and the names of offices and of people by what the rows say."""

    rows: Sequence[LegalHold]
    organisations: Mapping[int, Organisation]
    people: Mapping[str, str]

    @property
    def standing(self) -> int:
        """How many are in force."""
        return sum(each.lifted_at is None for each in self.rows)


def rounds_kept() -> list[Kept]:
    """Return floor and ceiling of every round, newest cohort first."""
    rounds = db.session.scalars(select(Round).order_by(Round.cohort.desc(), Round.id.desc()))
    return [Kept(each, retention_years(each), retention_ceiling(each)) for each in rounds]


def holds_of(actor: Actor) -> Holds:
    """Return the legal holds that one's own offices have placed, lifted ones too."""
    seats = seats_of(actor)
    wanted = select(LegalHold).where(LegalHold.organisation_id.in_([each.id for each in seats]))
    ordered = wanted.order_by(LegalHold.lifted_at.is_not(None), LegalHold.placed_at.desc(), LegalHold.id.desc())
    rows = db.session.scalars(ordered.limit(MOST_HOLDS)).all()
    ids = {int(who) for each in rows for who in (each.placed_by, each.lifted_by) if who and who.isdigit()}
    named = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return Holds(rows, {each.id: each for each in seats}, {str(row.id): row.name for row in named})


def seats_of(actor: Actor) -> Sequence[Organisation]:
    """Return the offices in which somebody places and lifts legal holds."""
    seats = {scope.organisation_id for scope in scope_of(actor, HOLD)}
    return db.session.scalars(select(Organisation).where(Organisation.id.in_(seats)).order_by(Organisation.id)).all()


def count_waiting(actor: Actor) -> int:
    """Count the rounds that are over their ceiling and wait until this person has decided."""
    seats = [scope.organisation_id for scope in scope_of(actor, ERASE)]
    if not seats:
        return 0
    wanted = select(func.count()).where(Erasure.organisation_id.in_(seats), Erasure.done_at.is_(None))
    return db.session.scalar(wanted) or 0
