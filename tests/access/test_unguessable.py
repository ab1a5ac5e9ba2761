"""A name of a thing elsewhere is answered exactly as a name that nobody has: there is nothing to find out by trying.

The same for whoever stands at the door: an account that does not exist and a wrong
password, a code that never was and one that was misspelt, take one way.
"""

import os
import re
from dataclasses import replace

import pytest

from casework import clock
from casework.cases import queries
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, NotFound
from casework.operations import passwords
from casework.operations.change_calendar import renew_calendar
from casework.people.actors import actor_of
from tests.access.calls import REFS
from tests.access.expected import GRANTED, NOT_FOUND, exists_for, expected
from tests.access.office import ABOUT_OWN, Thing
from tests.access.table import all_rows
from tests.access.visits import make_visits
from tests.casework.factories import PASSWORD, make_person

SHARE = int(os.environ.get("ACCESS", "99"))
"""1: everybody to whom a thing does not exist is asked; the suite asks two of them at each route."""
UNNAMED = frozenset({"place", "service", "round", "mailbox"})
"""What has no name of its own that could be made up: it is a word of the service, or named together with others."""
NAMED_BY = {
    "case": "number",
    "lead": "number",
    "body:case": "case",
    "body:back_test": "back_test",
    "spot": "ref",
    "organisation": "code",
    "body:organisation": "organisation",
    "query:organisation": "organisation",
}
MADE_UP = {"case": "X1-24-9999", "lead": "X1-24-L9999", "organisation": "X9999"}
NO_REF = "zzzzzzzzzzzz"
CHANGING = re.compile(rb'(csrf[^"]*"[^"]*"[^"]*"|nonce="[^"]*"|"instance":\s*"[^"]*")')


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


@pytest.fixture
def visits(app, settings):
    return make_visits(app, settings)


def nobodys(thing: Thing) -> Thing:
    """Return a thing of the same kind that does not exist."""
    made_up = MADE_UP.get(thing.kind.rpartition(":")[2], NO_REF)
    return replace(thing, parts=thing.parts | {NAMED_BY.get(thing.kind, "ref"): made_up})


def said(answer, thing: Thing) -> tuple[int, bytes]:
    """Return status and body of an answer, without the name that was asked for."""
    body = CHANGING.sub(b"", answer.get_data())
    for part in sorted(thing.parts.values(), key=len, reverse=True):
        body = body.replace(part.encode(), b"") if len(part) > 1 else body
    return answer.status_code, body


def compared(visits, name, row, things, *, dry) -> list[str]:
    """Return where two things that are both not there are answered each in its own way."""
    one, other = (said(visits.call(name, row, thing, dry=dry), thing) for thing in things)
    return [] if one == other else [f"{name}: {row}: {one[0]} and {other[0]}"]


def told_apart(visits, rows) -> list[str]:
    """Return where what lies elsewhere is answered otherwise than what does not exist."""
    found = []
    for row in rows:
        if row.of is None or row.of in UNNAMED:
            continue
        thing = visits.things(row)[0]
        outside = [
            name
            for name, actor in visits.actors.items()
            if expected(actor, name, row, thing) == NOT_FOUND
            and (row.refused != NOT_FOUND or not thing.facts or not exists_for(actor, row, thing))
        ]
        for name in outside[:: max(1, len(outside) // 2) if SHARE > 1 else 1]:
            found += compared(visits, name, row, (thing, nobodys(thing)), dry=False)
    return found


def parts_told_apart(visits, rows) -> list[str]:
    """Return where a part of a matter elsewhere, named below a matter of one's own, is not as one that is not there."""
    found = []
    for row in rows:
        part = REFS.get(row.words.get("what", ""), REFS.get(row.endpoint, "ref"))
        if row.of != "case" or part not in visits.things(row)[0].parts or part == "index":
            continue
        own = visits.things(row)[0]
        elsewhere = next(thing for thing in visits.things(row) if thing.variant == ABOUT_OWN)
        allowed = [
            name
            for name, actor in visits.actors.items()
            if expected(actor, name, row, own) == GRANTED and expected(actor, name, row, elsewhere) != GRANTED
        ]
        for name in allowed[:1]:
            things = [replace(own, parts=own.parts | {part: ref}) for ref in (elsewhere.parts[part], NO_REF)]
            found += compared(visits, name, row, things, dry=True)
    return found


def test_a_thing_elsewhere_is_answered_as_one_that_does_not_exist(visits):
    rows = all_rows()
    with clock.stopped_at(clock.now()):  # pages say what time it is
        assert told_apart(visits, rows) == []
        assert parts_told_apart(visits, rows) == []


def test_whoever_tells_them_apart_is_seen(visits, monkeypatch):
    rows = [row for row in all_rows() if row.endpoint == "api_cases.read_case"]
    real = queries.get_case

    def telling(number, actor, **rest):
        try:
            return real(number, actor, **rest)
        except NotFound:
            if number in MADE_UP.values():
                raise
            raise Forbidden("有这个案件") from None

    monkeypatch.setattr(queries, "get_case", telling)
    assert len(told_apart(visits, rows)) > 1


class Counting:
    """A hasher that counts how often a password is weighed."""

    def __init__(self, hasher):
        self.hasher, self.times = hasher, 0

    def verify(self, *given):
        self.times += 1
        return self.hasher.verify(*given)

    def __getattr__(self, name):
        return getattr(self.hasher, name)


@pytest.fixture
def known(app):
    with unit_of_work():
        return make_person(password=PASSWORD).login


def at_the_door(app, monkeypatch, login, password):
    """Return what the sign-in answers to a visitor, and how many passwords it weighed."""
    counting = Counting(passwords.HASHER)
    monkeypatch.setattr(passwords, "HASHER", counting)
    visitor = app.test_client()
    app.config["WTF_CSRF_METHODS"] = frozenset()
    answer = visitor.post("/login", data={"login": login, "password": password})
    monkeypatch.setattr(passwords, "HASHER", counting.hasher)
    body = CHANGING.sub(b"", answer.get_data()).replace(login.encode(), b"")
    return answer.status_code, body, counting.times


def test_an_unknown_account_and_a_wrong_password_take_one_way(app, known, monkeypatch):
    wrong = at_the_door(app, monkeypatch, known, "wrong horse battery")
    unknown = at_the_door(app, monkeypatch, "nobody-of-this-name", "wrong horse battery")
    assert wrong == unknown
    assert wrong[2] == 1
    assert at_the_door(app, monkeypatch, known, PASSWORD)[0] == 303


CODES = ("ABCD-EFGH-JKLM-NPQR", "ABCD-EFGH-JKLM-NPQS")
SECRETS = {
    "receipt code": ("POST", "/receipt/open", CODES),
    "link of a graduate": ("GET", "/c/{}", ("A" * 22, "B" * 22)),
    "calendar": ("GET", "/calendar/{}.ics", ("A" * 32, "B" * 32)),
    "unsubscribe": ("GET", "/unsubscribe/{}", ("AAAA.BBBB.CCCC", "DDDD.EEEE.FFFF")),
}


def opened(app, method, address, secret):
    """Return what a visitor with a secret is answered, without the secret."""
    app.config["WTF_CSRF_METHODS"] = frozenset()
    given = {"data": {"code": secret}} if method == "POST" else {}
    answer = app.test_client().open(address.format(secret), method=method, **given)
    return answer.status_code, CHANGING.sub(b"", answer.get_data()).replace(secret.encode(), b"")


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_that_never_was_and_one_that_is_misspelt_take_one_way(app, secret):
    method, address, typed = SECRETS[secret]
    one, other = (opened(app, method, address, each) for each in typed)
    assert one == other
    assert one[0] in {404, 410, 422, 303}


def test_the_key_of_a_calendar_that_was_closed_opens_no_more_than_one_that_never_was(app):
    with unit_of_work():
        person = make_person()
        first, _ = (renew_calendar(person, actor=actor_of(person)) for _ in range(2))
    closed, never = (opened(app, "GET", "/calendar/{}.ics", key) for key in (first, "A" * len(first)))
    assert closed == never
    assert closed[0] == 404
