"""The tokens of programs: found by the whole of one that is shown, or as pages name them (`ApiToken.ref`)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework import clock
from casework.db import db
from casework.errors import N_, NotFound
from casework.people.long_secrets import hash_of
from casework.people.models import TOKEN_REF, ApiToken, Appointment, Person

LISTED = 100


def find_token(token: str) -> ApiToken | None:
    """Return the token that this is, of somebody active, neither revoked nor ended; or None."""
    offices = joinedload(Person.appointments).joinedload(Appointment.organisation)  # what the actor is made of
    standing = select(ApiToken).where(
        ApiToken.hash == hash_of(token), ApiToken.revoked_at.is_(None), ApiToken.ends_at > clock.now()
    )
    wanted = standing.options(joinedload(ApiToken.person).options(offices))
    found = db.session.scalars(wanted).unique().one_or_none()
    return found if found and found.person.active else None


def tokens_of(person_id: int) -> Sequence[ApiToken]:
    """Return the newest tokens of a person, ended and revoked ones too."""
    wanted = select(ApiToken).filter_by(person_id=person_id).order_by(ApiToken.id.desc())
    return db.session.scalars(wanted.limit(LISTED)).all()


def get_token_of(ref: str, *, person_id: int) -> ApiToken:
    """Return the token of this name if it is this person's; raise `NotFound` otherwise."""
    wanted = select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.hash.startswith(ref, autoescape=True))
    found = db.session.scalars(wanted).one_or_none() if len(ref) == TOKEN_REF else None
    if found is None:
        raise NotFound(N_("没有找到这个令牌。"))
    return found
