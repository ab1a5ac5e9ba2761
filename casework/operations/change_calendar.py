"""The key of one's own calendar feed: made, shown once, renewed, ended.

A calendar program cannot sign in, so the address is the key. Only its hash is
stored: whoever reads the database cannot open anybody's calendar.
"""

import secrets

from sqlalchemy import select

from casework.db import db
from casework.errors import N_, Forbidden
from casework.operations.note_account import note_account
from casework.people.long_secrets import hash_of
from casework.people.models import Person
from workflows.access import Actor

KEY_BYTES = 24  # 192 bits, 32 letters


def renew_calendar(person: Person, *, actor: Actor) -> str:
    """Return a new key, shown this once; whatever the old one opened is closed."""
    _permit(person, actor)
    key = secrets.token_urlsafe(KEY_BYTES)
    person.calendar_hash = hash_of(key)
    note_account(person, "people:calendar", actor=actor)
    return key


def end_calendar(person: Person, *, actor: Actor) -> None:
    """Close the feed; closing it twice changes nothing."""
    _permit(person, actor)
    if person.calendar_hash is None:
        return
    person.calendar_hash = None
    note_account(person, "people:calendar_end", actor=actor)


def person_of_key(key: str) -> Person | None:
    """Return the active person whose feed this key opens, or None; whatever the key, the work is the same."""
    found = db.session.scalars(select(Person).filter_by(calendar_hash=hash_of(key))).one_or_none()
    return found if found is not None and found.active else None


def _permit(person: Person, actor: Actor) -> None:
    if actor.id != person.id:
        raise Forbidden(N_("日历订阅只能由本人管理。"))
