"""Many people to write to, and a count of what is asked of the database."""

from contextlib import contextmanager

from sqlalchemy import event

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.post import Notice, post
from casework.operations.retime import retime
from casework.people.models import Person
from notifications.kinds import KINDS
from tests.casework.notices.office import OPENED
from tests.casework.notices.outward import NOW


def crowd(number):
    with unit_of_work() as session:
        people = [
            Person(login=f"p{each}", name="李老师", email=f"p{each}@example.edu", mobile=f"139{each:08}")
            for each in range(number)
        ]
        session.add_all(people)
        session.flush()
        return [person.id for person in people]


def write(people, *, kind="case_assigned", case=None, channel="simulator", moment=NOW, dedup="x", **params):
    """Write one row to each person, about one case."""
    about = {} if case is None else {"case_id": case.id, "organisation_id": case.organisation_id}
    said = {"case": case.number, "step": "conclude", "due": case.due_at.isoformat()} if case is not None else {}
    with clock.stopped_at(moment), unit_of_work():
        return post(
            [
                Notice(
                    kind=kind,
                    person_id=each,
                    channel=channel,
                    dedup=dedup,
                    message_class=KINDS[kind].message_class,
                    params=said | params,
                    **about,
                )
                for each in people
            ]
        )


def cases(office, number, **values):
    with clock.stopped_at(OPENED), unit_of_work():
        made = [office.make_case(**{"state": "investigating"} | values) for _ in range(number)]
        for case in made:
            retime(case)
    return made


@contextmanager
def asked():
    """Collect what is asked of the database inside the block."""
    statements = []

    def note(_connection, _cursor, statement, _parameters, _context, executemany):
        statements.append((statement, executemany))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
