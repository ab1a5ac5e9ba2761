"""Keys for programs: made for a purpose and until a day, found when one is shown, revoked.

A token has an end, a year from now at the latest, because nobody remembers the
program that still holds one. What it may be used for is chosen when it is made.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from casework import clock
from casework.db import db
from casework.errors import N_, Invalid
from casework.operations.note_account import note_account
from casework.operations.permit_account import permit_account
from casework.people.long_secrets import hash_of
from casework.people.models import ApiToken, Person
from workflows.access import Actor
from workflows.token_scopes import READ, SCOPES

USUAL_DAYS, MOST_DAYS = 90, 365
MARK = "cw_"


def make_token(
    person: Person, *, name: str, actor: Actor, scopes: Sequence[str] = (READ,), days: int = USUAL_DAYS
) -> str:
    """Return a new token, shown this once; only its hash is stored.

    `scopes` are words of `workflows.token_scopes`; it ends after `days`. Raises `Invalid` naming what is wrong.
    """
    permit_account(person, actor)
    wrong = {}
    if not scopes or not set(scopes) <= set(SCOPES):
        wrong["scopes"] = N_("请至少选择一项范围。")
    if not 1 <= days <= MOST_DAYS:
        wrong["days"] = N_("请填写1至365之间的天数。")
    if wrong:
        raise Invalid(N_("令牌的范围或有效期不对，没有生成。"), fields=wrong)
    token = MARK + secrets.token_urlsafe(32)
    chosen = [scope for scope in SCOPES if scope in scopes]
    db.session.add(
        ApiToken(
            person_id=person.id,
            name=name,
            hash=hash_of(token),
            scopes=chosen,
            ends_at=clock.now() + timedelta(days=days),
        )
    )
    facts = {"name": name, "scopes": ",".join(chosen), "days": str(days)}
    note_account(person, "people:token", actor=actor, facts=facts)
    return token


def revoke_token(token: ApiToken, *, actor: Actor) -> None:
    """End a token of one's own or of somebody in one's care; ending it twice changes nothing."""
    permit_account(token.person, actor)
    if token.revoked_at is not None:
        return
    token.revoked_at = clock.now()
    note_account(token.person, "people:revoke", actor=actor, facts={"name": token.name})
