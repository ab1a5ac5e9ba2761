"""Calls over HTTP as every person of the office, and what each call left behind.

A call that must be refused is made with commits as they are: what it keeps is kept.
A call that is granted keeps nothing (`dry`), so that the office that the next one
finds is the same, whatever the order.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import event
from werkzeug.test import TestResponse

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.people.actors import actor_of
from casework.people.models import Person
from tests.access.calls import Caller
from tests.access.office import Thing, Tried, make_tried
from tests.access.office_rights import add_session
from tests.access.table import Row
from tests.casework.web.visitor import browser_of
from workflows.access import Actor

NOTED = frozenset({"journal_entries", "journal_heads", "journal_secrets", "refused_tries", "sign_ins", "api_tokens"})
"""What a refusal may leave: that it happened, and that somebody was there."""
CHANGES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


@dataclass
class Visits:
    """The office with its people at the door."""

    app: Any
    tried: Tried
    actors: dict[str, Actor]
    cookies: dict[str, str]
    forgery: str
    caller: Caller = field(init=False)
    pending: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Get ready to call."""
        self.client = self.app.test_client(use_cookies=False)
        self.caller = Caller(self.app, self.tried, self.client.get("/api/openapi.json").json)

    def things(self, row: Row) -> list[Thing | None]:
        """Return the things with which a row is called, the plain one first."""
        return [None] if row.of is None else [*self.tried.things[row.of]]

    def call(self, name: str, row: Row, thing: Thing | None, *, dry: bool, address: str = "") -> TestResponse:
        """Call a row as somebody; afterwards `kept` holds the tables of which something was kept."""
        db.session.rollback()
        self.kept.clear()
        given = self.caller.given(row, thing)
        headers = {"X-CSRFToken": self.forgery, "Cookie": self.cookies[name]}
        if row.endpoint.startswith("api"):
            headers = {"Authorization": f"Bearer {self.tried.staff.tokens[name]}", "If-Match": "*"}
        where = address or self.caller.address(row, thing)
        if not dry:
            return self.client.open(where, method=row.method, headers=headers, **given)
        with nothing_kept():
            return self.client.open(where, method=row.method, headers=headers, **given)


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Let nothing that happens inside be committed."""
    session = db.session()
    session.commit = session.flush  # type: ignore[method-assign]
    try:
        yield
    finally:
        del session.commit
        session.rollback()


def make_visits(app: Any, settings: Any) -> Visits:
    """Make the office and sign everybody in."""
    with unit_of_work():
        tried = make_tried(settings)
        db.session.flush()
        actors = {name: actor_of(person) for name, person in tried.staff.people.items()}
        ids = {name: person.id for name, person in tried.staff.people.items()}
        code = tried.staff.bodies["own"].code
    mailbox = {"url": "imap://leads:secret@localhost/INBOX", "organisation": code}
    app.extensions["casework"] = replace(settings, lead_mailbox=mailbox)
    cookies, kept_as, forgery = {}, app.config["SESSION_COOKIE_NAME"], ""
    for name, number in ids.items():
        browser = browser_of(app, db.session.get_one(Person, number))
        cookie = browser.get_cookie(kept_as, domain=app.config.get("SERVER_NAME") or "localhost")
        cookies[name], forgery = f"{kept_as}={cookie.value}", browser.environ_base["HTTP_X_CSRFTOKEN"]
    add_session(tried)
    visits = Visits(app, tried, actors, cookies, forgery)
    _watch(visits)
    return visits


def _watch(visits: Visits) -> None:
    """Write down which tables a transaction changes, and which of those changes were kept."""

    def changed(_connection, _cursor, statement, *_rest):
        found = CHANGES.match(statement)
        if found:
            visits.pending.append(found[1].lower())

    def ended(_connection):
        visits.pending.clear()

    def committed(_connection):
        visits.kept.extend(visits.pending)
        visits.pending.clear()

    event.listen(db.engine, "after_cursor_execute", changed)
    event.listen(db.engine, "rollback", ended)
    event.listen(db.engine, "commit", committed)
