"""The machinery in numbers: who may read them, what they say, and that they name nobody."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from casework import clock, promises
from casework.api import metrics
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.operations.alarms import raise_alarm
from casework.overview import service
from notifications.channels.channel import accepted, submission
from tests.casework.notices.office import office  # noqa: F401 - a fixture
from tests.casework.notices.outward import NOW, tell, told_case  # noqa: F401

LINE = re.compile(r"^(\w+)(?:\{(.*)\})? ([-+.e\d]+|NaN)$")


@pytest.fixture(autouse=True)
def _fresh(app, monkeypatch):
    monkeypatch.setattr(metrics, "KEPT_SECONDS", 0.0)


def read(client, **headers):
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.content_type.startswith("text/plain")
    found = {}
    for line in answer.get_data(as_text=True).splitlines():
        if not line.startswith("#"):
            name, labels, value = LINE.match(line).groups()
            found[name, labels or ""] = float(value)
    return found


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}, 403),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.7"}, 403),
    ],
)
def test_without_a_token_only_this_machine_may_read(client, address, headers, status):
    assert client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == status


@pytest.mark.parametrize(
    ("shown", "status"), [("Bearer right", 200), ("Bearer wrong", 401), ("Bearer ", 401), ("", 401), ("Bearer é", 401)]
)
def test_with_a_token_only_who_shows_it_may_read(app, client, shown, status):
    app.extensions["casework"] = replace(app.extensions["casework"], metrics_token="right")
    assert client.get("/metrics", headers={"Authorization": shown}).status_code == status


def test_the_numbers_are_those_of_the_tables(office, told_case, client, app):  # noqa: F811
    tell(office, told_case, number=3)
    with clock.stopped_at(NOW + timedelta(seconds=30)), unit_of_work():
        promises.beat("sweep", "0.1")
        raise_alarm("canary_lost", "smtp")
    with clock.stopped_at(NOW + timedelta(seconds=40)):
        found = read(client)
    assert found["casework_database_up", ""] == 1
    assert found["casework_sweep_age_seconds", ""] == 10
    assert found["casework_messages_ready", 'channel="simulator",class="reminder"'] == 3
    assert found["casework_messages_oldest_seconds", 'channel="simulator",class="reminder"'] == 40
    assert found["casework_jobs", 'job="drain",state="waiting"'] == 1
    assert found["casework_alarm_open", 'code="canary_lost",subject="smtp"'] == 1
    with clock.stopped_at(NOW + timedelta(seconds=50)):
        delivery.drain(channel="simulator")
        found = read(client)
        ready = client.get("/healthz/ready").json
    labels = 'channel="simulator",class="reminder",quantile="0.99"'
    assert found["casework_due_to_submitted_seconds", labels] == pytest.approx(50, abs=0.01)
    assert found["casework_messages_without_receipt", 'channel="simulator"'] == 3
    assert ("casework_messages_ready", 'channel="simulator",class="reminder"') not in found
    assert ready["facts"]["sweep_age_seconds"] == 20
    assert (ready["facts"]["messages_ready"], ready["facts"]["alarms_open"]) == (0, 1)
    everything = client.get("/metrics").get_data(as_text=True)
    for person in office.people.values():
        assert person.email not in everything
    assert told_case.number not in everything


def test_quantiles_are_exact(office, told_case):  # noqa: F811
    tell(office, told_case, number=100)
    for second in range(1, 101):
        with clock.stopped_at(NOW + timedelta(seconds=second)):
            delivery.call_once(_OneByOne(), base_url="http://here")
    (lag,) = service.lags(NOW + timedelta(minutes=3))
    assert (lag.number, [round(each) for each in lag.seconds]) == (100, [50, 99, 100])
    assert service.lags(NOW + timedelta(hours=2)) == []


def test_a_database_that_is_away_is_a_number_too(client, monkeypatch):
    def away(*_):
        raise OperationalError("SELECT", {}, ConnectionError("away"))

    monkeypatch.setattr(service, "sweep_age", away)
    assert read(client) == {("casework_database_up", ""): 0}


def test_several_scrapers_cost_no_more_than_one(client, monkeypatch):
    monkeypatch.setattr(metrics, "KEPT_SECONDS", 60.0)
    asked = []
    monkeypatch.setattr(service, "stuck", lambda: asked.append(1) or 0)
    read(client)
    read(client)
    assert asked == [1]


class _OneByOne:
    """The simulator's stand-in that takes one message a call."""

    code, can_be_asked, batch_size = "simulator", True, 1

    def send(self, messages, *, reference):
        return submission(reference, messages, lambda message: accepted(message, message.ref))
