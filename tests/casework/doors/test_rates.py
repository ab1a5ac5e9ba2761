"""Each address is asked so often and no more: one table, which forgets no address that is open to all."""

from dataclasses import replace

import pytest
from flask import g

from casework.app import create_app
from casework.doors import buckets, limits, rates
from casework.doors.unit import unit_of_work
from tests.architecture.test_routes import OPEN
from tests.casework.factories import make_person, make_tree
from tests.support.application import inside

PLACE, OTHER_PLACE = "203.0.113.7", "198.51.100.7"


@pytest.fixture(autouse=True)
def kept_buckets(monkeypatch):
    """Return the buckets of a process that has no queue server: a quarter of each rate."""
    kept = {}
    monkeypatch.setattr(buckets, "_own", kept)
    return kept


@pytest.fixture
def limited(app, settings, monkeypatch):
    """Return the application as an office has it, with buckets that soon are empty."""
    monkeypatch.setattr(rates, "BY_ENDPOINT", {name: _small(rate) for name, rate in rates.BY_ENDPOINT.items()})
    monkeypatch.setattr(rates, "API", _small(rates.API))
    with inside(create_app(replace(settings, rate_limits=True))) as made:
        yield made


def _small(rate):
    return replace(rate, limit=limits.Limit(rate.limit.name, an_hour=60, at_once=2))


def test_every_address_of_the_table_is_one_and_no_open_one_is_forgotten(app):
    named = set(rates.BY_ENDPOINT)
    assert named <= set(app.view_functions)
    assert len(named) == sum(len(rate.endpoints) for rate in rates.RATES)
    free = OPEN - named - rates.COUNT_THEMSELVES - rates.COST_NOTHING
    assert {each for each in free if not each.startswith("api.")} == set()  # the API has a bucket for all of it


def test_whoever_hurries_gets_a_sentence_and_when_to_come_back_and_others_are_not_held_up(limited):
    client = limited.test_client()
    for address, mimetype in (("/calendar/x.ics", "text/html"), ("/api/v1/me", "application/problem+json")):
        asked = [client.get(address, environ_base={"REMOTE_ADDR": PLACE}) for _ in range(3)]
        assert [answer.status_code == 429 for answer in asked] == [False, False, True]
        last = asked[-1]
        assert (last.mimetype, 0 < int(last.headers["Retry-After"]) <= 240) == (mimetype, True)
        assert "操作过于频繁" in last.text
        assert last.headers["Content-Security-Policy"]
        assert client.get(address, environ_base={"REMOTE_ADDR": OTHER_PLACE}).status_code != 429


def asked(app, address, method, person=None):
    """Return whether a request is let through; who asks is told as `sessions.identify` would."""
    with app.test_request_context(address, method=method, environ_base={"REMOTE_ADDR": PLACE}):
        g.person = person
        return rates.refuse_haste() is None


def test_passwords_are_counted_by_place_however_many_accounts_are_tried_and_a_look_at_the_form_is_free(limited):
    assert [asked(limited, "/login", "POST") for _ in range(3)] == [True, True, False]
    assert asked(limited, "/login", "GET")


def test_what_is_taken_away_is_counted_by_person_wherever_they_are(app, limited):
    with unit_of_work():
        tree = make_tree()
        one, other = make_person("supervisor", tree.university), make_person("auditor", tree.university)
    address = "/rates/data.csv"
    assert [asked(limited, address, "GET", one) for _ in range(3)] == [True, True, False]
    assert not asked(limited, address, "HEAD", one)
    assert asked(limited, address, "GET", other)
    assert asked(limited, "/funnel", "GET", one)


def test_nothing_is_counted_where_the_settings_lift_the_limits(app, kept_buckets):
    for _ in range(5):
        app.test_client().get("/calendar/x.ics")
    assert kept_buckets == {}
