"""One's deadlines as a calendar that other programs subscribe to (iCalendar, RFC 5545).

The key in the address is all that opens it: a calendar program cannot sign in.
A wrong key is answered like an address that does not exist. There are no alarms
in it; reminding is the ladder's business.
"""

import hashlib
from datetime import timedelta

from flask import Response, g, request
from flask_babel import gettext
from icalendar import Calendar, Event, vDuration

from casework import asking
from casework.config import Settings
from casework.doors.sessions import open_to_all
from casework.errors import N_, NotFound
from casework.operations.agenda import Entry, agenda
from casework.operations.change_calendar import person_of_key
from casework.people.actors import actor_of
from casework.people.reach import reach_of
from casework.web.pages import settings
from casework.web.wording import said

REFRESH = timedelta(hours=4)


@open_to_all
def feed(key: str) -> Response:
    """Answer the calendar whose key this is; nothing but 304 when the reader has it as it is."""
    person = person_of_key(key)
    if person is None:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    g.person = person  # its language is that of the account
    asking.speak_for(reach_of(actor_of(person)))
    text = written(agenda(person), settings())
    answer = Response(text, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.set_etag(hashlib.sha256(text).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


def written(entries: tuple[Entry, ...], at: Settings) -> bytes:
    """Return the calendar as it is sent: the same entries give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//casework//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, gettext("去向核查期限"))
    for name in ("refresh-interval", "x-published-ttl"):
        calendar.add(name, _refresh(), encode=False)
    for entry in entries:
        calendar.add_component(_event(entry, at))
    return bytes(calendar.to_ical())


def _refresh() -> vDuration:
    """Return how often to look again; the type must be said (RFC 7986), which the library leaves out."""
    every = vDuration(REFRESH)
    every.params["VALUE"] = "DURATION"
    return every


def _event(entry: Entry, at: Settings) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at.replace(microsecond=0))
    event.add("sequence", entry.version)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", said(entry.words, entry.params))
    event.add("url", at.base_url + entry.path)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
