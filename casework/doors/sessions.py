"""Who is asking: a person with a session (pages) or a token (programs), as an actor with appointments.

A session names the person and the epoch it was made in; changing the password
or signing out everywhere raises the epoch and ends every older session.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Request, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from casework.db import db
from casework.people import queries
from casework.people.actors import actor_of
from casework.people.models import Appointment, Person
from workflows.access import Actor

P = ParamSpec("P")
R = TypeVar("R")
IDLE = timedelta(minutes=30)


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie; for a visitor who brings none, no key is derived to read it with."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request."""
        if app.secret_key and self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def attach(app: Flask) -> None:
    """Identify the person of every request before anything else looks at it."""
    app.config["PERMANENT_SESSION_LIFETIME"] = IDLE
    app.session_interface = Sessions()
    app.before_request(identify)


def identify() -> None:
    """Find the person of this request; an unknown token or an old session is nobody."""
    g.person = _by_token() if request.path.startswith("/api/") else _by_session()
    g.actor = actor_of(g.person) if g.person else None


def sign_in(person: Person) -> None:
    """Begin a session for a person whose password was right."""
    session.clear()
    session.permanent = True
    session["person"], session["epoch"] = person.id, person.session_epoch


def sign_out() -> None:
    """End this session."""
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


def _by_session() -> Person | None:
    if "person" not in session:
        return None
    offices = joinedload(Person.appointments).joinedload(Appointment.organisation)  # what the actor is made of
    person = db.session.get(Person, session["person"], options=[offices])
    if person is None or not person.active or person.session_epoch != session.get("epoch"):
        session.clear()
        return None
    return person


def _by_token() -> Person | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return queries.person_of_token(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
