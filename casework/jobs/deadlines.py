"""Jobs about deadlines: fire what is due, the day's digest, orphans, and every deadline of a round anew."""

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.stops import stops
from casework.operations.digest import digest as write_digest
from casework.operations.fire_timers import fire_timers
from casework.operations.orphan_reports import orphan_reports
from casework.operations.orphans import orphan_leads
from casework.operations.orphans import orphans as find_orphans
from casework.operations.promise_look import look_at
from casework.operations.reproject import BEGINNING, Place, reproject_slice, running
from casework.operations.reprojection import Sum, kind_of
from casework.operations.reprojection_plain import plain
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.rounds import queries
from workflows.access import SYSTEM, Actor

MOST_TURNS = 500


def fire(_ref: str = "") -> dict:
    """Fire until nothing is due, a few cases a transaction, so that nobody waits long for a lock."""
    fired = notices = 0
    for _ in range(MOST_TURNS):
        with unit_of_work():
            if stops().everything:  # by a clock that jumped, anything might seem due
                break
            done = fire_timers()
        fired, notices = fired + done.timers, notices + done.notices
        if done.subjects == 0:
            break
    return {"timers": fired, "notices": notices}


def digest(_ref: str = "") -> dict:
    """Write today's digest."""
    with unit_of_work():
        return {"notices": write_digest(clock.today())}


def orphans(_ref: str = "") -> dict:
    """Tell today who must find somebody for the cases that nobody can take further."""
    with unit_of_work():
        rounds = queries.open_rounds()
        cases = sum(len(find_orphans(round_)) for round_ in rounds)
        leads = sum(len(orphan_leads(round_)) for round_ in rounds)
        return {"orphans": cases, "leads": leads, "reports": sum(len(orphan_reports(round_)) for round_ in rounds)}


def retime_all(ref: str = "", *, round: str | None = None, actor: int | None = None) -> dict:  # noqa: A002 - the argument's name in stored promises
    """Compute the deadlines of one round, or of every open one, anew: holds end and calendars change overnight.

    A slice is a transaction, so nobody waits long for a case; one that begins again comes to the same result.
    """
    codes = [round] if round else [each.code for each in queries.open_rounds()]
    total = sum(running(queries.get_round(code)) for code in codes)
    drawn_up, looked, moved, leads = Sum(), 0, 0, 0
    for code in codes:
        after: Place | None = BEGINNING
        while after is not None:
            with unit_of_work():
                part = reproject_slice(queries.get_round(code), after=after, actor=_actor(actor))
                looked, moved = looked + len(part.found), moved + sum(each.moved for each in part.found)
                leads += sum(kind_of(each) == "lead" for each in part.found)
                for each in part.found if round else ():
                    drawn_up.add(each)
                if ref:
                    promises.extend(ref, progress=looked, total=total)
            after = part.after
    return {"cases": looked - leads, "leads": leads, "moved": moved} | (
        {"plan": plain(drawn_up.total())} if round else {}
    )


def look_ahead(ref: str, *, round: str, actor: int, what: str, given: dict) -> dict:  # noqa: A002 - as above
    """Say what a change of a large round would move and say; nothing of it is stored but the answer."""
    round_ = queries.get_round(round)
    total = running(round_)

    def say(done: int) -> None:
        with unit_of_work():
            promises.extend(ref, progress=done, total=total)

    return {"plan": plain(look_at(round_, what=what, given=given, actor=_actor(actor), on_progress=say))}


def _actor(person_id: int | None) -> Actor:
    return SYSTEM if not person_id else actor_of(db.session.get_one(Person, person_id))
