"""The last steps of every way in: the second factor where somebody has one, then the page they wanted.

Password, passkey and the sign-in of another house end here alike, so that none
of them is a way around the second factor.
"""

from dataclasses import dataclass

from flask import g, redirect, session, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import clock
from casework.db import db
from casework.doors import devices, sessions
from casework.doors.sessions import current_actor
from casework.operations.begin_sign_in import has_second_factor
from casework.people.models import Person
from casework.web import shell

HALF = "half"
HALF_SECONDS = 600
"""So long the first proof waits for the second factor."""


@dataclass(frozen=True)
class HalfWay:
    """Somebody who has given the first proof and not yet the second factor."""

    person: Person
    how: str
    wanted: str


def enter(person: Person, *, how: str, wanted: str = "", second: str = "") -> Response:
    """Let somebody in who has given a first proof (`how`), or ask for the second factor; return where they go.

    `second` names a second factor that was given with it: a passkey with user verification, or the word of a
    provider that counts (`provider`). `wanted` must be an address of this service (`inside`).
    """
    if not second and has_second_factor(person):
        session.clear()
        now = int(clock.now().timestamp())
        session[HALF] = {"person": person.ref, "epoch": person.session_epoch, "how": how, "next": wanted, "at": now}
        return redirect(url_for("web.second"), 303)
    return arrive(person, how=how, wanted=wanted, second=second)


def arrive(person: Person, *, how: str, wanted: str, second: str) -> Response:
    """Begin the session of somebody who has given every proof that is asked of them."""
    person_id = person.id
    sessions.sign_in(person, how=how, second=second)
    sessions.identify_again(person_id)
    answer = redirect(wanted or shell.landing(current_actor()), 303)
    devices.remember(answer, g.person.login)
    return answer


def half_way() -> HalfWay | None:
    """Return who has given the first proof in this browser a short time ago, None when nobody has."""
    held = session.get(HALF)
    if not isinstance(held, dict) or clock.now().timestamp() - held["at"] > HALF_SECONDS:
        return None
    person = db.session.scalars(select(Person).filter_by(ref=held["person"])).one_or_none()
    if person is None or not person.active or person.session_epoch != held["epoch"]:
        return None
    return HalfWay(person, held["how"], held["next"])


def inside(address: str) -> str:
    """Return an address of this service alone: nobody is sent elsewhere after signing in."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else ""
