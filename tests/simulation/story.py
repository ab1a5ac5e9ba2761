"""A short story with everything in it, and nobody who acts: reminders, escalations, an urgent word, a digest.

Three cases of two owners fall due and pass their date. What must be heard is
known from one play without faults, so whoever plays it under faults compares.
"""

from datetime import time

from casework import clock
from casework.jobs.periodic import Daily
from casework.operations.announce import announce
from casework.operations.retime import retime
from casework.people.queries import find_person
from tests.casework.notices.office import beijing

OPENED = beijing(7, 24, 10)
EVE = beijing(7, 30, 8, 31)
"""A day before the limit of a middling case: its owner is reminded."""

LATE = beijing(8, 1, 8, 31)
"""The first working day after it: the head of office hears, in the inbox, and at nine by the digest."""

DIGEST = Daily("digest", at=time(9, 0))


def play(world):
    """Play the story and let it recover; return how many points can be disturbed: those of its busy turns."""
    cast(world)
    world.now = EVE
    urgent(world, "eve")
    world.turn()
    world.pass_time(seconds=61)  # what gathers has gathered
    world.work_at_once()
    recover(world)
    world.now = LATE
    world.turn()
    world.now = beijing(8, 1, 9)
    world.step(look)
    world.work()
    recover(world)
    return len(world.points)


def look():
    """Let the scheduler look for the day's digest; the turn is taken once, however often it looks."""
    DIGEST.take(DIGEST.turn(clock.now()))


def recover(world):
    """Let whoever died be missed; nobody disturbs that."""
    with world.quietly():
        if world.now >= beijing(8, 1, 9):
            world.step(look)
        world.settle(turns=(130, 80, 80))


def cast(world):
    """Open the cases, and let what is said at their opening be said."""
    office = world.begin(OPENED)
    with world.quietly():
        with world.unit():
            for number, owner in enumerate(("owner", "owner", "second"), 1):
                person = office.people[owner]
                retime(office.make_case(number=f"LC24-{number:04}", state="investigating", owner=person))
        world.settle(turns=(10, 90))


def urgent(world, occasion):
    """Say something to the head of office that cannot wait."""
    params = {"report": "LC24-R1", "case": "LC24-0001", "due": None}
    with world.quietly(), world.unit():
        announce("report_stale", to=[find_person("supervisor")], params=params, dedup=f"stale:{occasion}")
