"""The calendar as other programs read it: RFC 5545 to the letter, nothing personal, and closed to a wrong key."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from casework import clock
from casework.doors.unit import unit_of_work
from casework.operations.agenda import Entry
from casework.operations.change_calendar import renew_calendar
from casework.operations.retime import retime
from casework.people.actors import actor_of
from casework.web.calendar_feed import written
from tests.casework.notices.office import OPENED, office

__all__ = ["office"]
COMMA = "案件%(number)s：核查，补充材料,再核; 反斜线\\"


@pytest.fixture
def case(office):
    with clock.stopped_at(OPENED), unit_of_work():
        made = office.make_case(state="investigating", title="欧阳晓明疑似虚假就业")
        retime(made)
    return made


def feed_of(person):
    with unit_of_work():
        return f"/calendar/{renew_calendar(person, actor=actor_of(person))}.ics"


def read(answer):
    return Calendar.from_ical(answer.data)


def test_a_case_stands_on_its_day_with_number_and_step_and_no_more(office, case, client):
    answer = client.get(feed_of(office.people["owner"]))
    assert answer.content_type == "text/calendar; charset=utf-8"
    [event] = read(answer).walk("VEVENT")
    assert event["summary"] == f"案件{case.number}：提出核查结论"
    assert event.decoded("dtstart") == date(2024, 7, 31)
    assert event.decoded("dtend") == date(2024, 8, 1)
    assert event["url"].endswith(f"/cases/{case.number}")
    assert "欧阳" not in answer.text
    assert "疑似" not in answer.text
    assert not event.subcomponents


def test_the_day_is_that_of_beijing(office, case, client):
    with unit_of_work():
        case.due_at = OPENED.replace(hour=0, minute=30) + timedelta(days=8)  # the day before in UTC
    [event] = read(client.get(feed_of(office.people["owner"]))).walk("VEVENT")
    assert event.decoded("dtstart") == date(2024, 8, 1)


def test_a_moved_deadline_keeps_its_identity(office, case, client):
    link = feed_of(office.people["owner"])
    [before] = read(client.get(link)).walk("VEVENT")
    with clock.stopped_at(OPENED), unit_of_work():
        case.severity = "high"
        retime(case)
    [after] = read(client.get(link)).walk("VEVENT")
    assert before["uid"] == after["uid"]
    assert before.decoded("dtstart") != after.decoded("dtstart")
    assert after["sequence"] > before["sequence"]


@pytest.mark.usefixtures("case")
def test_lines_end_with_crlf_and_hold_75_octets_at_most(office, client):
    raw = client.get(feed_of(office.people["supervisor"])).data
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    for line in (b"VERSION:2.0", b"METHOD:PUBLISH", b"REFRESH-INTERVAL;VALUE=DURATION:PT4H"):
        assert line in raw.split(b"\r\n")


def test_long_words_are_folded_between_characters_and_marks_are_escaped(app):
    entry = Entry("u@casework", date(2024, 7, 31), COMMA * 4, "/x", OPENED, params={"number": "LC24-0417"})
    with app.test_request_context("/"):
        raw = written((entry,), app.extensions["casework"])
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    for line in raw.split(b"\r\n"):
        line.decode()  # a character that was cut in two would not be text
    whole = raw.replace(b"\r\n ", b"").decode()
    assert "补充材料\\,再核\\; 反斜线\\\\" in whole
    [event] = Calendar.from_ical(raw).walk("VEVENT")
    assert event["summary"] == COMMA.replace("%(number)s", "LC24-0417") * 4


@pytest.mark.usefixtures("case")
def test_the_same_calendar_is_not_sent_twice(office, client):
    link = feed_of(office.people["owner"])
    first = client.get(link)
    same = client.get(link, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert client.get(link, headers={"If-None-Match": '"other"'}).status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.usefixtures("case")
def test_a_heads_calendar_has_the_rounds_dates(office, client):
    events = read(client.get(feed_of(office.people["supervisor"]))).walk("VEVENT")
    summaries = {str(event["summary"]) for event in events}
    assert summaries == {"2024届高校自查截止", "2024届省级核查截止", "2024届毕业生确认截止"}


def test_a_calendar_speaks_the_language_of_the_account(office, case, client):
    with unit_of_work():
        office.people["owner"].language = "en"
    text = client.get(feed_of(office.people["owner"])).text
    assert case.number in text


@pytest.mark.parametrize("key", ["x", "%00", "a" * 3000, "%ED%A0%80", "..", "' OR 1=1"])
def test_a_wrong_key_leads_nowhere(office, client, key):
    feed_of(office.people["owner"])
    assert client.get(f"/calendar/{key}.ics").status_code == 404


def test_a_closed_account_has_no_calendar(office, client):
    link = feed_of(office.people["owner"])
    with unit_of_work():
        office.people["owner"].active = False
    assert client.get(link).status_code == 404


def test_only_the_hash_of_a_key_is_stored(office):
    link = feed_of(office.people["owner"])
    key = link.removeprefix("/calendar/").removesuffix(".ics")
    stored = office.people["owner"].calendar_hash
    assert len(stored) == 64
    assert key not in stored
