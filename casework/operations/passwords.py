"""Passwords (argon2id): set, checked, locked.

An unknown account and a wrong password cost the same time and give the same
sentence. Five failures lock an account for fifteen minutes.
"""

from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Forbidden, Invalid
from casework.operations.permit_account import permit_account
from casework.people import queries
from casework.people.models import Person
from workflows.access import Actor

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's first choice for argon2id
NOBODY = HASHER.hash("nobody has this password")
FAILURES, LOCK = 5, timedelta(minutes=15)
LEAST = 10


class WrongPassword(Invalid):
    """A signed-in person gave a password that is not theirs; `person_id` says whose was asked for."""

    def __init__(self, person: Person) -> None:
        self.person_id = person.id
        super().__init__(N_("密码不正确，没有签字。请重新输入。"), fields={"password": N_("密码不正确。")})


def set_password(person: Person, *, password: str, actor: Actor) -> None:
    """Give a person a new password and end every session that the old one began.

    Everybody may change their own; another's, who administers one of the organisations they serve in.
    """
    permit_account(person, actor)
    if len(password) < LEAST:
        raise Invalid(N_("密码至少 %(least)d 个字符。"), fields={"password": N_("太短。")}, params={"least": LEAST})
    person.password_hash = HASHER.hash(password)
    person.session_epoch = (person.session_epoch or 0) + 1
    person.failed_logins, person.locked_until = 0, None
    for appointment in person.appointments[:1]:
        journal.record(
            organisation_id=appointment.organisation_id,
            action="people:password",
            actor=str(actor.id),
            subject=person.login,
        )


def check_password(*, login: str, password: str) -> Person | None:
    """Return the person when login and password fit, else None (and count the failure).

    Raises `Forbidden` while the account is locked.
    """
    person = queries.find_person(login)
    if person is not None:
        _refuse_locked(person)
    if _fits(person.password_hash if person and person.active else "", password) and person is not None:
        person.failed_logins, person.locked_until = 0, None
        return person
    if person is not None:
        _count(person)
    return None


def confirm_password(person: Person, password: str) -> None:
    """Ask a signed-in person for the password once more; raises `WrongPassword`, or `Forbidden` while it is locked.

    The refusal takes its transaction with it: it is counted by whoever notes the attempt (`refusals.noted`).
    """
    _refuse_locked(person)
    if not _fits(person.password_hash, password):
        raise WrongPassword(person)
    person.failed_logins = 0


def count_failure(person_id: int) -> None:
    """Count a wrong password given by somebody who is signed in, as one at the door."""
    wanted = select(Person).filter_by(id=person_id).with_for_update(of=Person)
    _count(db.session.scalars(wanted.execution_options(populate_existing=True)).one())


def _refuse_locked(person: Person) -> None:
    if person.locked_until and person.locked_until > clock.now():
        until = person.locked_until.astimezone(clock.BEIJING).strftime("%H:%M")
        raise Forbidden(N_("账号已锁定至 %(until)s，可由本单位管理员解锁。"), code="locked", params={"until": until})


def _count(person: Person) -> None:
    person.failed_logins += 1
    if person.failed_logins >= FAILURES:
        person.failed_logins, person.locked_until = 0, clock.now() + LOCK


def _fits(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored or NOBODY, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False
