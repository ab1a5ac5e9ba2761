"""The token that a program shows: whose it is, what it may be used for, and when and from where it was used last.

Its use is written down at most once a minute, in a transaction of its own that
keeps nobody waiting: that a token is in use matters to its owner, to the second it does not.
"""

from datetime import timedelta

from flask import g, request
from sqlalchemy import update

from casework import clock
from casework.doors import limits
from casework.doors.unit import note_down
from casework.errors import Forbidden
from casework.people.api_tokens import find_token
from casework.people.models import ApiToken
from workflows.token_scopes import refusal_of

NOTED_EVERY = timedelta(minutes=1)


def bearer() -> ApiToken | None:
    """Return the token of this request, or None when none is shown or it opens nothing."""
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not shown.strip():
        return None
    found = find_token(shown.strip())
    if found is not None:
        _note_use(found)
    return found


def permit_scope(needed: str) -> None:
    """Return quietly when the token of this request may be used for this; raise `Forbidden` naming the scope."""
    token: ApiToken | None = g.get("token")
    refusal = refusal_of(token.scopes, needed) if token is not None else None
    if refusal is not None:
        raise Forbidden(refusal.message, code=refusal.code, params=refusal.params)


def _note_use(token: ApiToken) -> None:
    now = clock.now()
    if token.used_at is not None and now - token.used_at < NOTED_EVERY:
        return
    used = {"used_at": now, "used_from": limits.place_of_request()}
    note_down(update(ApiToken).where(ApiToken.id == token.id).values(used))
