"""The service in simulated time: its real operations and jobs over a real database, in one process.

Clock, carrier and doorbell are the simulation's. Every commit and every moment
around a call is a numbered *point*: there the process may die, or somebody else
may act, as another process would. After a death nothing is left but what was
committed; whoever comes later finds it.
"""

import secrets
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from casework import clock, jobs, promises
from casework.db import db
from casework.doors import doorbell
from casework.doors.unit import unit_of_work
from casework.jobs import deadlines, delivery
from casework.notices.invariants import INVARIANTS
from casework.notices.invariants.fact import Ground, ask
from casework.notices.manners import Manners
from casework.notices.models import Message
from casework.notices.statuses import UNDER_WAY
from tests.casework.notices.office import beijing, open_office
from tests.simulation.carrier import Carrier
from tests.support.walls import take_down_wall

MANNERS = Manners(gather=timedelta(seconds=60), letters_a_day=4)
NEVER = timedelta(days=3650)
START = beijing(7, 24, 10)


class Died(BaseException):
    """The process ended here."""


class World:
    """Everything that runs, and what it was told to suffer."""

    def __init__(self, app, monkeypatch):
        self.app, self.bell, self.points, self.deaths = app, [], [], 0
        self.die_at, self.intrude_at, self.intruder = None, None, None
        self.carrier = Carrier(self.at_point)
        self._quiet = 0
        self._planned = (None, None, None)
        monkeypatch.setattr(clock, "_stopped", START)
        monkeypatch.setattr(doorbell, "ring", self._ring)
        monkeypatch.setattr(delivery, "way_out", lambda _channel: self.carrier)
        monkeypatch.setattr(secrets, "randbelow", lambda below: below // 2)
        self.office = None

    def begin(self, moment=START):
        """Start anew: an office with nothing in it, and a carrier that has taken nothing."""
        db.session.remove()
        with Session(db.engine) as session, session.begin():
            wall = take_down_wall(session)
            for table in reversed(db.metadata.sorted_tables):
                session.execute(table.delete())
            for statement in wall:
                session.execute(text(statement))
        self.bell, self.points, self.deaths = [], [], 0
        self.die_at, self.intrude_at, self.intruder = self._planned
        self._planned = (None, None, None)
        self.carrier = Carrier(self.at_point)
        self.now = moment
        with self.quietly():
            self.office = open_office()
        return self.office

    @property
    def now(self) -> datetime:
        return clock.now()

    @now.setter
    def now(self, moment):
        clock._stopped = moment

    def pass_time(self, **amount):
        self.now += timedelta(**amount)

    # --- points -----------------------------------------------------------------------------------------------

    def die_at_next(self, point):
        """Let a process die at this point of the next play."""
        self._planned = (point, None, None)

    def intrude_at_next(self, point, what):
        """Let somebody else act at this point of the next play."""
        self._planned = (None, point, what)

    def at_point(self, name):
        """Pass a numbered point: die, let somebody else act, or go on."""
        if self._quiet:
            return
        self.points.append(name)
        number = len(self.points)
        if number == self.intrude_at:
            with self.beside():
                self.pass_time(seconds=1)
                self.intruder()
                self.pass_time(seconds=1)
        if number == self.die_at:
            self.deaths += 1
            raise Died

    @contextmanager
    def quietly(self):
        """Pass no points: what happens now is nobody's to disturb."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    @contextmanager
    def beside(self):
        """Act as another process: a session of its own, and no points."""
        with self.quietly(), self.app.app_context():
            yield
            db.session.remove()

    def _ring(self, bells):
        bells = [bell.ref for bell in bells]
        self.at_point("after a commit")
        self.bell += bells
        return True

    # --- what runs --------------------------------------------------------------------------------------------

    def step(self, what):
        """Run one step; what a death leaves open is rolled back by the database, as after a kill."""
        try:
            what()
        except Died:
            pass
        except Exception as fault:
            if not isinstance(fault, ValueError | ConnectionResetError):  # the carrier's own; the job is tried again
                raise
        finally:
            db.session.remove()

    def fire(self):
        self.step(deadlines.fire)

    def sweep(self):
        self.step(delivery.sweep)

    def digest(self):
        self.step(deadlines.digest)

    def retime(self):
        self.step(deadlines.retime_all)

    def orphans(self):
        self.step(deadlines.orphans)

    def flush(self):
        """Lose everything that the queue server was told."""
        self.bell.clear()

    def ring(self):
        """Ring for promises that nobody keeps, as the scheduler does."""
        self.bell += [bell.ref for bell in promises.forgotten()]
        db.session.rollback()

    def work(self):
        """Keep what was rung for, once each."""
        while self.bell:
            ref = self.bell.pop(0)
            self.step(lambda ref=ref: jobs.run(ref))

    def work_at_once(self):
        """Ring and work: the short way from a promise to the carrier."""
        self.ring()
        self.sweep()
        self.work()

    def turn(self):
        """Let the machinery have one turn."""
        self.fire()
        self.ring()
        self.work()
        self.sweep()
        self.work()

    def settle(self, *, turns=(10, 130, 60, 70, 150, 180, 700, 4000)):
        """Let it have as many turns as any recovery needs, with the pauses between them."""
        for seconds in turns:
            self.pass_time(seconds=seconds)
            self.turn()

    # --- what came of it --------------------------------------------------------------------------------------

    def broken(self, *, settled=False):
        """Return what does not hold now; `settled` also asks what only holds after the machinery had its turns."""
        ground = Ground(
            now=self.now,
            log=self.carrier.acceptances(),
            settling=timedelta(minutes=5) if settled else NEVER,
            manners=MANNERS,
        )
        with self.beside():
            facts = ask(INVARIANTS, ground)
        return {fact.invariant.code: fact.offenders for fact in facts if not fact.held}

    def heard(self):
        """Count how often each occasion was heard outside the house, by its own letter or by one that spoke for it."""
        times = self.carrier.times()
        by_id = {message.id: message for message in self.messages()}
        heard = Counter()
        for message in by_id.values():
            letter = by_id.get(message.bundle_id, message)
            if not message.kind.startswith("gathered"):
                heard[self.occasion(message)] += times[letter.ref]
        return +heard

    def inside(self):
        """Count what stands in the inboxes."""
        inbox = db.session.scalars(select(Message).filter_by(channel="inbox"))
        return Counter(self.occasion(message) for message in inbox)

    @staticmethod
    def occasion(message):
        params = message.params
        about = params.get("case") or params.get("report") or params.get("on", "")
        return message.kind, message.person.login, about, params.get("rung", ""), params.get("due_on", "")

    def messages(self):
        outside = select(Message).where(Message.channel != "inbox").order_by(Message.id)
        return db.session.scalars(outside.execution_options(populate_existing=True)).all()

    def under_way(self):
        return [message for message in self.messages() if message.state in UNDER_WAY]

    def unit(self):
        return unit_of_work()
