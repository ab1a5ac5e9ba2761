"""How one is told: ways, addresses, muting, leave and stand-in, the calendar; leave and addresses of others."""

from flask import current_app, g, url_for
from flask_babel import gettext

from casework import clock
from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.own_notices import (
    AddressesIn,
    CalendarOut,
    ChangedOut,
    LeaveIn,
    LeaveOut,
    LeavesOut,
    MutingIn,
    MutingOut,
    NoticesOut,
    OwnAddressesIn,
)
from casework.doors.sessions import current_actor
from casework.operations.change_addresses import change_addresses
from casework.operations.change_calendar import end_calendar, renew_calendar
from casework.operations.mute import mute, unmute
from casework.operations.set_absence import permit_absence, set_absence
from casework.overview import colleagues
from casework.overview.own_ways import Way, ways_of
from casework.people.models import Person
from casework.people.presence import present
from casework.people.queries import get_person

own_notices = Resource("own_notices", "How one is told, leave and stand-ins")


@own_notices.operation("GET", "/me/notices", query=Query, out=NoticesOut)
def read_notices(_query: dict) -> object:
    """Read how one is told: ways, leave, whom one stands in for."""
    person = g.person
    return {
        "ways": [_way(each) for each in ways_of(person)],
        "leave": _leave(person),
        "colleagues": colleagues.possible_stand_ins(person),
        "standing_in_for": colleagues.standing_in_for(person),
        "calendar": person.calendar_hash is not None,
    }


@own_notices.operation("PATCH", "/me/addresses", body=OwnAddressesIn, out=ChangedOut)
def change_own_addresses(body: dict) -> object:
    """Set or remove one's own mobile number and WeCom id."""
    return {"changed": change_addresses(g.person, changes=body, actor=current_actor())}


@own_notices.operation("PUT", "/me/muting", body=MutingIn, out=MutingOut)
def change_muting(body: dict) -> object:
    """End reminders by one channel, or begin them again; escalations cannot be ended."""
    change = mute if body["muted"] else unmute
    return {"changed": change(g.person, channel=body["channel"], actor=current_actor())}


@own_notices.operation("PUT", "/me/absence", body=LeaveIn, out=LeaveOut)
def register_own_leave(body: dict) -> object:
    """Register one's own leave and who hears in the meantime, or one's return."""
    return _registered(g.person, body)


@own_notices.operation("POST", "/me/calendar", out=CalendarOut, status=201, may_repeat=True)
def make_calendar() -> object:
    """Make the address of one's calendar anew; it is told this once, and the one before ends."""
    key = renew_calendar(g.person, actor=current_actor())
    return {"url": current_app.extensions["casework"].base_url + url_for("web.calendar", key=key)}


@own_notices.operation("DELETE", "/me/calendar", out=MutingOut)
def close_calendar() -> object:
    """End the calendar's address."""
    was_open = g.person.calendar_hash is not None
    end_calendar(g.person, actor=current_actor())
    return {"changed": was_open}


@own_notices.operation("GET", "/absences", query=Query, out=LeavesOut)
def list_leaves(_query: dict) -> object:
    """List who is on leave today among those whose leave one may register."""
    away = colleagues.on_leave(current_actor())
    return {"items": [_leave(each) | {"person": each} for each in away], "next": None}


@own_notices.operation("PUT", "/people/<name:ref>/absence", body=LeaveIn, out=LeaveOut)
def register_leave(body: dict, ref: str) -> object:
    """Register somebody's leave in their place."""
    return _registered(get_person(ref), body)


@own_notices.operation("PATCH", "/people/<name:ref>/addresses", body=AddressesIn, out=ChangedOut)
def change_addresses_of(body: dict, ref: str) -> object:
    """Set or remove somebody's addresses; for administrators."""
    person = get_person(ref)
    permit_absence(person, current_actor())  # whoever is none of theirs does not exist for them
    return {"changed": change_addresses(person, changes=body, actor=current_actor())}


def _registered(person: Person, body: dict) -> dict[str, object]:
    actor = current_actor()
    permit_absence(person, actor)
    stand_in = get_person(body["stand_in"]) if body["stand_in"] else None
    set_absence(person, until=body["until"], stand_in=stand_in, actor=actor)
    return _leave(person)


def _leave(person: Person) -> dict[str, object]:
    here = present(person, clock.today())
    return {"until": None if here else person.absent_until, "stand_in": None if here else person.stand_in}


def _way(way: Way) -> dict[str, object]:
    names = ("channel", "address", "muted", "mutable", "faulty")
    return {name: getattr(way, name) for name in names} | {"label": gettext(way.label)}
