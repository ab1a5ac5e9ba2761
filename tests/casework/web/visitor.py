"""A browser of the tests: signed in without a password, and with the token that forms carry."""

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

TOKEN = "token of the tests"


def browser_of(app, person) -> FlaskClient:
    """Return the client of somebody who is signed in; its posts carry the token of the session."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["person"], session["epoch"], session["csrf_token"] = person.id, person.session_epoch, TOKEN
    signed = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(TOKEN)
    client.environ_base["HTTP_X_CSRFTOKEN"] = signed
    return client
