"""A browser of the tests: signed in without a password, and with the token that forms carry."""

import secrets
from contextlib import nullcontext
from datetime import UTC, datetime

from flask import g
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.people.long_secrets import hash_of
from casework.people.sign_in import SignIn

TOKEN = "token of the tests"
FOREVER = datetime(2100, 1, 1, tzinfo=UTC)
"""When a window of the tests was looked at last: they move the clock, and it is not to end by that."""


def begun_session(person, **values) -> str:
    """Begin a session for somebody behind the back of the sign-in, and return the secret of its cookie."""
    secret = secrets.token_urlsafe(16)
    moments = dict.fromkeys(("began_at", "seen_at", "proved_at"), FOREVER)
    row = {"person_id": person.id, "epoch": person.session_epoch, "hash": hash_of(secret), "how": "password"}
    with _with_what_was_made():
        db.session.execute(insert(SignIn).values(row | moments | values))
    return secret


def _with_what_was_made():
    """Open a unit of work that gives up nothing: the open one where there is one, and what a test made goes first."""
    if db.session().info.get("unit_of_work_open"):
        return nullcontext()
    db.session.commit()
    return unit_of_work()


class Window(FlaskClient):
    """A window of its own: what one request has made for its forms, the next does not find.

    The tests stay inside one context of the application, where requests share what belongs to one alone.
    """

    def open(self, *args, **more):
        for name in ("csrf_token", "csrf_valid"):
            g.pop(name, None)
        db.session.rollback()  # nor what an open transaction still sees as it was
        return super().open(*args, **more)


def browser_of(app, person) -> FlaskClient:
    """Return the client of somebody who is signed in; its posts carry the token of the session."""
    client = app.test_client()
    secret = begun_session(person)
    with client.session_transaction() as session:
        session["sign_in"], session["csrf_token"] = secret, TOKEN
    signed = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(TOKEN)
    client.environ_base["HTTP_X_CSRFTOKEN"] = signed
    return client
