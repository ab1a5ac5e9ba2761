"""Note an attempt that was refused where it matters, so cheaply that no loop can fill the disk with it.

Each attempt counts into a row of its person, place, reason and hour. Into the
journal goes the first that matters and from then on every tenfold: a program
that is refused a million times leaves seven entries. One address that does not
exist is a slip, one wrong password likewise; only many of them are told.

The entry stands in the chain of looks of the office in which the person serves.
It names the thing only where the person has it in sight: what was asked for
beyond that is nobody's to read either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock, journal
from casework.db import db
from casework.errors import N_, CaseworkError, Forbidden, NotFound
from casework.operations.passwords import WrongPassword
from casework.overview.reading_models import RefusedTries
from casework.people.actors import actor_of
from casework.people.models import Person
from workflows.access import Actor
from workflows.engine import Words
from workflows.errors import Refused

LONGEST = 64
SIGN_IN = N_("登录")


class Why(StrEnum):
    """For which reason something was refused."""

    FORBIDDEN = "forbidden"
    OUT_OF_SCOPE = "out_of_scope"
    CONFLICT = "conflict"
    PROOF = "proof"


FIRST_TOLD: Mapping[Why, int] = MappingProxyType(
    {Why.FORBIDDEN: 1, Why.OUT_OF_SCOPE: 10, Why.CONFLICT: 1, Why.PROOF: 3}
)
"""The attempt of an hour from which on it is journalled, and then every tenfold."""
PROOF = frozenset({"locked", "step_up", "second_factor", "wrong_code", "wrong_proof", "proof_needed"})
"""Codes of refusals that ask who somebody is."""


@dataclass(frozen=True)
class Tried:
    """What was refused: for which reason, with which code, and the policy's word for it where it has one."""

    why: Why
    code: str
    what: str = ""


def tried(error: CaseworkError | Refused) -> Tried | None:
    """Return what of a refusal matters; None for one that says no more than that a form is filled in wrongly."""
    if isinstance(error, Refused):
        return next((found for each in error.refusals if (found := _of_rule(each.code, each.params))), None)
    if isinstance(error, WrongPassword) or error.code in PROOF:
        return Tried(Why.PROOF, error.code)
    if isinstance(error, NotFound):
        return Tried(Why.OUT_OF_SCOPE, error.code)
    found = _of_rule(error.code, error.params)
    if found is None and isinstance(error, Forbidden):
        return Tried(Why.FORBIDDEN, error.code, _word(error.params))
    return found


def note_refusal(what: Tried, *, place: str, subject: str, actor: Actor) -> None:
    """Count an attempt at `place` (the name of a page or command) and journal it when it is one of those that tell."""
    if not actor.appointments:
        return
    times = _count(what, place=place, actor=actor)
    if not is_told(what.why, times):
        return
    journal.record(
        organisation_id=actor.appointments[0].seat_id,
        action=f"refused:{what.why.value}",
        actor=str(actor.id),
        subject=subject,
        facts={"what": what.what or place, "code": what.code, "times": times},
        chain=journal.LOOKS,
    )


def note_guesses(person: Person, times: int) -> None:
    """Journal at a sign-in how many wrong passwords had been tried at the door before it, if they were many.

    Only once somebody has come in: what a wrong password at the door does must not tell whether there is the account.
    """
    held = actor_of(person).appointments
    if times < FIRST_TOLD[Why.PROOF] or not held:
        return
    journal.record(
        organisation_id=held[0].seat_id,
        action=f"refused:{Why.PROOF.value}",
        actor=str(person.id),
        subject="-",
        facts={"what": SIGN_IN, "code": "wrong_password", "times": times},
        chain=journal.LOOKS,
    )


def is_told(why: Why, times: int) -> bool:
    """Say whether this attempt of an hour goes into the journal: the first that matters, and every tenfold of it."""
    first = FIRST_TOLD[why]
    while first < times:
        first *= 10
    return first == times


def _of_rule(code: str, params: Mapping[str, object]) -> Tried | None:
    if code.endswith("_conflict") or code.startswith("tie"):
        return Tried(Why.CONFLICT, code, _word(params))
    if code == "out_of_scope":
        return Tried(Why.OUT_OF_SCOPE, code)
    return Tried(Why.FORBIDDEN, code, _word(params)) if code in {"not_permitted", "not_owner"} else None


def _word(params: Mapping[str, object]) -> str:
    """Return the policy's own word for what was tried, as a message id; empty where the refusal names none."""
    named = params.get("action")
    return str(next(iter(named), "")) if isinstance(named, Words) else ""


def _count(what: Tried, *, place: str, actor: Actor) -> int:
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    row = {"person_id": actor.id, "what": place[:LONGEST], "reason": what.why.value, "hour": hour}
    once_more = insert(RefusedTries).values(**row, times=1)
    counted = once_more.on_conflict_do_update(
        index_elements=["person_id", "what", "reason", "hour"], set_={"times": RefusedTries.times + 1}
    )
    return db.session.execute(counted.returning(RefusedTries.times)).scalar_one()
