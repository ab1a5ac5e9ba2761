"""Days that pass in an office with everything running: timers fire, digests are written, letters leave.

`walk` runs what the service runs, at the hours that matter, in place of its
scheduler and workers; `Days` remembers what left the house by the carrier's own list.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.jobs.deadlines import retime_all
from casework.notices.models import Message
from casework.operations.digest import digest
from casework.operations.fire_timers import fire_timers
from casework.people.actors import actor_of
from tests.casework.notices.outward import BASE, Scripted

HOURS = (time(0, 5), time(8, 31), time(9, 5), time(22, 30))
SETTLED = timedelta(minutes=30)  # longer than messages wait for each other


@dataclass
class Days:
    """An office through which days pass, and the carrier of its letters."""

    office: object
    way: Scripted = field(default_factory=Scripted)

    def at(self, moment, *, digests=False):
        """Do at one moment what the service would have done by then."""
        with clock.stopped_at(moment):
            while True:
                with unit_of_work():
                    if fire_timers().subjects == 0:
                        break
            if digests:
                with unit_of_work():
                    digest(clock.today())
        self.deliver(moment)

    def deliver(self, moment):
        """Let leave what may leave at this moment."""
        with clock.stopped_at(moment):
            while delivery.call_once(self.way, base_url=BASE) is not None:
                pass

    def walk(self, first, last):
        """Let the days from one to another pass, both included, hour by hour that matters."""
        day = first.astimezone(clock.BEIJING).date()
        while day <= last.astimezone(clock.BEIJING).date():
            for hour in HOURS:
                moment = datetime.combine(day, hour, clock.BEIJING)
                if not first <= moment <= last:
                    continue
                if hour == HOURS[0]:
                    with clock.stopped_at(moment):
                        retime_all()
                self.at(moment, digests=hour == time(9, 5))
                self.deliver(moment + SETTLED)
            day += timedelta(days=1)

    def do(self, moment, change):
        """Make a change at a moment, in one unit of work."""
        with clock.stopped_at(moment), unit_of_work():
            return change()

    def who(self, name):
        """Return the actor of a person of the office."""
        return actor_of(self.office.people[name])


def told(*kinds, since=None):
    """Return what stands in the inboxes, oldest first."""
    rows = db.session.scalars(select(Message).where(Message.channel == "inbox").order_by(Message.id))
    return [row for row in rows if (not kinds or row.kind in kinds) and (since is None or row.created_at >= since)]


def rungs(rows):
    """Return who was told which rung how often."""
    return Counter((row.person.login, row.params.get("rung")) for row in rows)


def of_date(rows):
    """Return of which dates these rows speak."""
    return {row.params["due_on"] for row in rows}


def utc(moment):
    return moment.astimezone(UTC)
