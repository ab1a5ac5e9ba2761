"""One's own keys for programs, as page and API name them: by the beginning of the hash, which opens nothing."""

from collections.abc import Sequence

from sqlalchemy import select

from casework.db import db
from casework.errors import N_, NotFound
from casework.people.models import ApiToken

SHOWN, LISTED = 16, 100


def tokens_of(person_id: int) -> Sequence[ApiToken]:
    """Return the newest tokens of a person, ended and revoked ones too."""
    wanted = select(ApiToken).filter_by(person_id=person_id).order_by(ApiToken.id.desc())
    return db.session.scalars(wanted.limit(LISTED)).all()


def get_own_token(ref: str, *, person_id: int) -> ApiToken:
    """Return the token of this name if it is this person's; raise `NotFound` otherwise."""
    wanted = select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.hash.startswith(ref, autoescape=True))
    found = db.session.scalars(wanted).one_or_none() if len(ref) == SHOWN else None
    if found is None:
        raise NotFound(N_("没有找到这个令牌。"))
    return found
