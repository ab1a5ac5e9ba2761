"""What happened to an account stands in the journal of where its person serves now, whatever order the rows are in."""

from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.operations.note_account import NOWHERE, note_account, office_of
from casework.people.models import Appointment
from tests.casework.factories import make_organisation, make_person


@pytest.fixture
def bodies(app):
    with unit_of_work():
        return [make_organisation(name, "university").id for name in ("甲大学", "乙大学")]


def serving(bodies, *ended):
    """Return somebody who holds an office in each body; of those at `ended` it is over since yesterday."""
    person = make_person()
    for at, body in enumerate(bodies):
        until = clock.today() - timedelta(days=1) if at in ended else None
        person.appointments.append(Appointment(organisation_id=body, role="investigator", until=until))
    db.session.flush()
    return person


@pytest.mark.parametrize(("ended", "expected"), [((), 0), ((0,), 1), ((1,), 0), ((0, 1), 1)])
def test_the_first_present_office_counts_else_the_last(bodies, ended, expected):
    with unit_of_work():
        person = serving(bodies, *ended)
        assert office_of(person) == bodies[expected]
        person.appointments.reverse()
        assert office_of(person) == bodies[expected]


def test_an_account_that_serves_nowhere_is_journalled_too(app):
    with unit_of_work():
        person = make_person()
        note_account(person, "people:password")
    (entry,) = db.session.scalars(db.select(JournalEntry).filter_by(action="people:password"))
    assert (entry.organisation_id, entry.actor, entry.subject) == (NOWHERE, str(person.id), person.login)
