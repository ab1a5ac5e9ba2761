"""Say a week before that a key for programs will end: the program that holds it cannot say so itself."""

from datetime import timedelta

from sqlalchemy import delete, select

from casework import clock
from casework.db import db
from casework.operations.announce import announce
from casework.operations.note_account import office_of
from casework.people.models import ApiToken, Person
from casework.people.ways_in import SpentProof

BEFORE = timedelta(days=7)
PROOFS_KEPT = timedelta(days=1)
"""What another house gave is refused for its age long before."""


def warn_tokens() -> int:
    """Tell, once for each token, whoever owns one that ends within a week; return how many rows are new."""
    now = clock.now()
    ending = (
        select(ApiToken)
        .join(Person)
        .where(ApiToken.revoked_at.is_(None), ApiToken.ends_at > now, ApiToken.ends_at <= now + BEFORE, Person.active)
    )
    return sum(_tell(token) for token in db.session.scalars(ending.order_by(ApiToken.id)))


def forget_proofs_of_others() -> None:
    """Delete the proofs of other houses that nobody could show again."""
    db.session.execute(delete(SpentProof).where(SpentProof.spent_at < clock.now() - PROOFS_KEPT))


def _tell(token: ApiToken) -> int:
    return announce(
        "token_ending",
        to=[token.person],
        params={"on": token.ends_at.astimezone(clock.BEIJING).date().isoformat()},
        dedup=f"token:{token.id}:ending",
        organisation_id=office_of(token.person) or None,
    )
