"""Begin a session, prove anew who sits there, end sessions.

The id that the cookie holds changes whenever more is believed than before: at
the sign-in, and with every proof inside it. Whoever was handed an earlier id, or
planted one, has nothing.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, exists, select

from casework import clock
from casework.db import affected, db
from casework.errors import N_, NotFound
from casework.operations.note_account import note_account
from casework.people.long_secrets import hash_of
from casework.people.models import Person
from casework.people.sign_in import Authenticator, SignIn
from workflows.access import SYSTEM, Actor

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)
LONGEST_DEVICE = 60


def begin_sign_in(
    person: Person, *, how: str, second: str = "", must_enrol: bool = False, place: str = "", device: str = ""
) -> str:
    """Begin a session, clear those that are over, and return the secret for its cookie: it is stored nowhere."""
    now = clock.now()
    db.session.execute(
        delete(SignIn).where(
            SignIn.person_id == person.id,
            (SignIn.seen_at < now - IDLE) | (SignIn.began_at < now - ABSOLUTE) | (SignIn.epoch != person.session_epoch),
        )
    )
    person.seen_at = now
    secret = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            person_id=person.id,
            hash=hash_of(secret),
            epoch=person.session_epoch,
            how=how,
            second=second,
            must_enrol=must_enrol,
            place=place,
            device=device[:LONGEST_DEVICE],
        )
    )
    note_account(person, "people:sign_in", facts={"how": how, "second": second})
    return secret


def renew_sign_in(row: SignIn, *, second: str = "") -> str:
    """Note that the person has just proved who they are, and return the new secret of the session."""
    secret = secrets.token_urlsafe(32)
    row.hash, row.proved_at = hash_of(secret), clock.now()
    row.second = second or row.second
    return secret


def end_sign_in(*, ref: str, person: Person, actor: Actor) -> None:
    """End one session of one's own; one that is over already is `NotFound`."""
    if actor is not SYSTEM and actor.id != person.id:
        raise NotFound(N_("没有找到这次登录，可能已经退出。"))
    if not affected(delete(SignIn).where(SignIn.ref == ref, SignIn.person_id == person.id)):
        raise NotFound(N_("没有找到这次登录，可能已经退出。"))
    note_account(person, "people:sign_out", actor=actor)


def end_other_sign_ins(person: Person, *, but: SignIn | None, actor: Actor) -> int:
    """End every session of a person except one, and return how many."""
    if actor is not SYSTEM and actor.id != person.id:
        raise NotFound(N_("没有找到这次登录，可能已经退出。"))
    wanted = delete(SignIn).where(SignIn.person_id == person.id)
    ended = affected(wanted if but is None else wanted.where(SignIn.id != but.id))
    if ended:
        note_account(person, "people:sign_out", actor=actor)
    return ended


def sign_ins_of(person: Person) -> Sequence[SignIn]:
    """Return the sessions of a person that still hold, the one seen last first."""
    now = clock.now()
    wanted = select(SignIn).where(
        SignIn.person_id == person.id,
        SignIn.epoch == person.session_epoch,
        SignIn.seen_at >= now - IDLE,
        SignIn.began_at >= now - ABSOLUTE,
    )
    return db.session.scalars(wanted.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def holds(row: SignIn) -> bool:
    """Say whether a session may still be used: its person is active, nothing has ended it, neither limit is reached."""
    now = clock.now()
    person = row.person
    return (
        person.active
        and row.epoch == person.session_epoch
        and now - row.seen_at < IDLE
        and now - row.began_at < ABSOLUTE
    )


def has_second_factor(person: Person) -> bool:
    """Say whether a person has set up a second factor and confirmed it."""
    held = exists().where(Authenticator.person_id == person.id, Authenticator.confirmed_at.is_not(None))
    return bool(db.session.scalar(select(held)))
