"""Who is asking: a person with a session (pages) or a token (programs), as an actor with appointments.

The cookie holds a secret, the database a row with its hash: so a session can be
listed, ended one by one, and ends by itself after half an hour without a request
or twelve hours in all. Changing the password or signing out everywhere raises the
person's epoch and ends every older session at once. Row and person are read in one
statement; that somebody was there is written down at most once a minute.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from casework import clock
from casework.config import Settings
from casework.db import db
from casework.doors import api_tokens, devices, limits
from casework.doors.unit import note_down, unit_of_work
from casework.errors import N_, Conflict
from casework.operations.begin_sign_in import (
    ABSOLUTE,
    IDLE,
    NOTED_EVERY,
    begin_sign_in,
    end_sign_in,
    has_second_factor,
    holds,
    renew_sign_in,
)
from casework.people.actors import actor_of
from casework.people.long_secrets import hash_of
from casework.people.models import Appointment, Person
from casework.people.sign_in import SignIn
from workflows.access import Actor

P = ParamSpec("P")
R = TypeVar("R")
HELD = "sign_in"
ENROLMENT = frozenset({"static", "web.logout", "web.login"})
"""What somebody may still ask for who must set up a second factor first; the pages that do so carry a mark."""


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie; for a visitor who brings none, no key is derived to read it with."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request."""
        if app.secret_key and self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def attach(app: Flask) -> None:
    """Identify the person of every request before anything else looks at it."""
    app.config["PERMANENT_SESSION_LIFETIME"] = ABSOLUTE
    app.session_interface = Sessions()
    app.before_request(identify)
    app.before_request(lead_to_enrolment)


def identify() -> None:
    """Find the person of this request; an unknown token or a session that is over is nobody."""
    g.sign_in = None
    g.person = _by_token() if request.path.startswith("/api/") else _by_session()
    g.actor = actor_of(g.person) if g.person else None


def identify_again(person_id: int) -> None:
    """Make the person who has just signed in the person of this request."""
    g.person = db.session.get_one(Person, person_id)
    g.actor = actor_of(g.person)


def lead_to_enrolment() -> Response | None:
    """Lead whoever lacks a second factor that is required of them to where it is set up, and nowhere else."""
    if g.sign_in is None or not g.sign_in.must_enrol or request.endpoint in ENROLMENT:
        return None
    if getattr(current_app.view_functions.get(request.endpoint or ""), "is_enrolment", False):
        return None
    return redirect(url_for("web.factors"), 303)


def sign_in(person: Person, *, how: str, second: str = "") -> None:
    """Begin a session for a person who has shown who they are: the one way in, whatever they showed.

    `how` names the first proof (password, passkey, oidc, cas), `second` the second factor if one was given (totp,
    passkey, recovery, provider). The caller has asked for the second factor already (`web.arrival.enter` does).
    Opens a unit of work of its own.
    """
    settings: Settings = current_app.extensions["casework"]
    with unit_of_work():
        lacks = not second and requires_second(person, settings) and not has_second_factor(person)
        secret = begin_sign_in(
            person,
            how=how,
            second=second,
            must_enrol=lacks,
            place=limits.place_of_request(),
            device=devices.words_of(request.headers.get("User-Agent", "")),
        )
    session.clear()
    session.permanent = True
    session[HELD] = secret


def prove(*, second: str = "") -> None:
    """Note that the person of this request has just proved who they are; the session gets a new id."""
    with unit_of_work():
        secret = renew_sign_in(g.sign_in, second=second)
    session[HELD] = secret


def is_proved(within: timedelta) -> bool:
    """Say whether the person of this request has proved who they are so short a time ago."""
    return g.get("sign_in") is not None and clock.now() - g.sign_in.proved_at < within


def programs_cannot_prove() -> Conflict:
    """Return the refusal of what a person must prove anew for: a token cannot, whoever holds it."""
    return Conflict(
        N_("这一步须由本人在网页上用密码、验证码或通行密钥再确认一次，访问令牌不能代替。没有办理，请登录网页办理。"),
        code="proof_needed",
    )


def ends_in() -> tuple[float, float]:
    """Return in how many seconds this session ends: without a further request, and in any case."""
    row, now = g.sign_in, clock.now()
    return (row.seen_at + IDLE - now).total_seconds(), (row.began_at + ABSOLUTE - now).total_seconds()


def requires_second(person: Person, settings: Settings) -> bool:
    """Say whether this installation requires a second factor of somebody with these offices."""
    if not settings.second_factor_roles:
        return False
    return any(held.role in settings.second_factor_roles for held in actor_of(person).appointments)


def sign_out() -> None:
    """End this session."""
    if g.get("sign_in") is not None:
        with unit_of_work():
            end_sign_in(ref=g.sign_in.ref, person=g.person, actor=g.actor)
    session.clear()


def current_actor() -> Actor:
    """Return who is asking; raises Unauthorized when nobody is."""
    if g.get("actor") is None:
        raise Unauthorized
    return g.actor


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Guard a page: a visitor is sent to sign in and brought back."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if g.get("actor") is None:
            if request.method != "GET":
                raise Unauthorized
            return redirect(url_for("web.login", next=request.full_path.rstrip("?")))
        return view(*args, **kwargs)

    guarded.is_guarded = True  # type: ignore[attr-defined] # a test asks every route for this mark
    return guarded


def open_to_all(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a page or resource as open to visitors, so that the test of guarded routes knows that it is meant."""
    view.is_guarded = True  # type: ignore[attr-defined]
    return view


def enrolment(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a page that somebody may use who must still set up a second factor."""
    view.is_enrolment = True  # type: ignore[attr-defined]
    return view


def _by_session() -> Person | None:
    secret = session.get(HELD)
    if not isinstance(secret, str):
        return None
    offices = joinedload(Person.appointments).joinedload(Appointment.organisation)  # what the actor is made of
    wanted = select(SignIn).where(SignIn.hash == hash_of(secret)).options(joinedload(SignIn.person).options(offices))
    row = db.session.scalars(wanted).unique().one_or_none()
    if row is None or not holds(row):
        session.clear()
        return None
    _note_presence(row)
    g.sign_in = row
    return row.person


def _note_presence(row: SignIn) -> None:
    now = clock.now()
    if now - row.seen_at >= NOTED_EVERY:
        seen = update(SignIn).where(SignIn.id == row.id, SignIn.seen_at == row.seen_at).values(seen_at=now)
        if note_down(seen):
            set_committed_value(row, "seen_at", now)


def _by_token() -> Person | None:
    g.token = api_tokens.bearer()
    return g.token.person if g.token else None
