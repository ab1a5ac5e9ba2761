from datetime import date, timedelta

import pytest

from casework import clock
from casework.db import db
from casework.people import queries
from casework.people.actors import actor_of
from tests.casework.factories import NOON, appoint, make_person, make_tree

TODAY = date(2024, 7, 29)


@pytest.fixture
def tree(app):
    with clock.stopped_at(NOON):
        yield make_tree()


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (TODAY + timedelta(1), None, False),
        (date(2020, 1, 1), TODAY - timedelta(1), False),
    ],
)
def test_an_appointment_holds_from_its_first_day_to_its_last(since, until, holds, tree):
    person = make_person("supervisor", tree.university)
    [held] = person.appointments
    held.since, held.until = since, until
    db.session.flush()
    assert bool(actor_of(person).appointments) == holds
    assert (person in queries.holders("supervisor", tree.university.id)) == holds


def test_whoever_left_holds_nothing(tree):
    person = make_person("supervisor", tree.university)
    person.active = False
    db.session.flush()
    assert queries.holders("supervisor", tree.university.id) == []


def test_an_actor_knows_the_level_the_college_and_the_way_down_of_each_office(tree):
    person = make_person("investigator", tree.college)
    appoint(person, "supervisor", tree.province)
    college, province = actor_of(person).appointments
    assert (college.college_id, college.university_id) == (tree.college.id, tree.university.id)
    assert college.path == (tree.ministry.id, tree.province.id, tree.university.id, tree.college.id)
    assert (province.college_id, province.university_id) == (None, None)
