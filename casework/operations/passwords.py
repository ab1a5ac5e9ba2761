"""Passwords (argon2id): set, checked, made to wait.

An unknown account and a wrong password cost the same time, wait the same time and
give the same sentence: what was tried on an account that does not exist is counted
beside the persons. The price of a hash is stated with the hash itself, so it is
made anew at the next sign-in when the parameters have changed.
"""

from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select

from casework import clock
from casework.db import db, insert_new
from casework.errors import N_, Invalid
from casework.operations.note_account import note_account
from casework.operations.patience import (
    Tried,
    count_at_door,
    count_proof,
    forget_at_door,
    forget_proofs,
    refuse_waiting,
)
from casework.operations.permit_account import permit_account
from casework.people import queries
from casework.people.models import Person
from casework.people.sign_in import UnknownLogin
from casework.people.weak_passwords import LEAST, MOST, why_weak
from casework.sealing import ring
from workflows.access import Actor

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's first choice for argon2id
NOBODY = HASHER.hash("nobody has this password")
UNKNOWN_KEPT = timedelta(days=1)


class WrongPassword(Invalid):
    """A signed-in person gave a password that is not theirs; `person_id` says whose was asked for."""

    def __init__(self, person: Person) -> None:
        self.person_id = person.id
        super().__init__(N_("密码不正确，没有签字。请重新输入。"), fields={"password": N_("密码不正确。")})


def set_password(person: Person, *, password: str, actor: Actor) -> None:
    """Give a person a new password and end every session that the old one began.

    Everybody may change their own; another's, who administers one of the organisations they serve in.
    Raises `Invalid` for one that is too short, too long, or easily guessed.
    """
    permit_account(person, actor)
    refuse_weak(person, password)
    person.password_hash = HASHER.hash(password)
    person.session_epoch = (person.session_epoch or 0) + 1
    forget_at_door(person)
    forget_proofs(person)
    note_account(person, "people:password", actor=actor)


def refuse_weak(person: Person, password: str) -> None:
    """Raise `Invalid` with the reason when a password cannot be this person's."""
    if len(password) < LEAST:
        raise Invalid(N_("密码至少 %(least)d 个字符。"), fields={"password": N_("太短。")}, params={"least": LEAST})
    bodies = [held.organisation.name for held in person.appointments]
    reason = why_weak(password, own_words=(person.login, person.name, person.email, *bodies))
    if reason is not None:
        raise Invalid(N_("新密码不合要求，没有保存。"), code="weak_password", fields={"password": reason})


def check_password(*, login: str, password: str, known_device: bool = False) -> Person | None:
    """Return the person when login and password fit, else None (and count the failure).

    Raises `Forbidden` while the account waits, whether it exists or not. A device on which this account has signed in
    before (`known_device`) does not wait and is not counted here: whoever types wrong passwords elsewhere keeps
    nobody out; how often such a device may try, its door counts.
    """
    person = queries.find_person(login)
    tried: Tried = person if person is not None else _unknown(login)
    if not known_device:
        refuse_waiting(tried.locked_until)
    if _fits(person.password_hash if person and person.active else "", password) and person is not None:
        forget_at_door(person)
        if HASHER.check_needs_rehash(person.password_hash):
            person.password_hash = HASHER.hash(password)
        return person
    if not known_device:
        count_at_door(tried)
    return None


def confirm_password(person: Person, password: str) -> None:
    """Ask a signed-in person for the password once more; raises `WrongPassword`, or `Forbidden` while they wait.

    The refusal takes its transaction with it: it is counted by whoever notes the attempt (`refusals.noted`).
    """
    refuse_waiting(person.proofs_wait_until)
    if not _fits(person.password_hash, password):
        raise WrongPassword(person)
    forget_proofs(person)


def prove_by_password(person: Person, password: str) -> bool:
    """Say whether a signed-in person has typed their password, and count it: unlike a refusal, a wrong one stays.

    Raises `Forbidden` while they have to wait.
    """
    queries.lock_persons(person.id)
    refuse_waiting(person.proofs_wait_until)
    if _fits(person.password_hash, password):
        forget_proofs(person)
        return True
    count_proof(person)
    return False


def count_failure(person_id: int) -> None:
    """Count a wrong password given by somebody who is signed in: apart from what strangers try at the door."""
    wanted = select(Person).filter_by(id=person_id).with_for_update(of=Person)
    count_proof(db.session.scalars(wanted.execution_options(populate_existing=True)).one())


def _unknown(login: str) -> UnknownLogin:
    """Return the row of an account that does not exist; those that nobody tries any more are forgotten."""
    now = clock.now()
    db.session.execute(delete(UnknownLogin).where(UnknownLogin.tried_at < now - UNKNOWN_KEPT))
    key = ring().index("login", login.strip())
    insert_new(UnknownLogin, keys=["hash"], hash=key, failed_logins=0, tried_at=now)
    found = db.session.scalars(select(UnknownLogin).filter_by(hash=key).with_for_update()).one()
    found.tried_at = now
    return found


def _fits(stored: str, password: str) -> bool:
    if len(password) > MOST:  # no such password was ever set; it is not worth a hash, whosever it is
        return False
    try:
        return HASHER.verify(stored or NOBODY, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False
