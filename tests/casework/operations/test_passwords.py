from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, Invalid, NotFound
from casework.operations.passwords import (
    FAILURES,
    LOCK,
    check_password,
    confirm_password,
    set_password,
)
from casework.people import queries
from casework.people.actors import actor_of
from casework.people.models import Person
from tests.casework.factories import NOON, PASSWORD, make_person, make_tree
from workflows.access import SYSTEM


@pytest.fixture
def tree(app):
    with clock.stopped_at(NOON):
        yield make_tree()


@pytest.fixture
def person(tree):
    found = make_person("investigator", tree.university, password=PASSWORD)
    db.session.commit()
    return found


def attempt(login, password, *, after=timedelta()):
    with clock.stopped_at(NOON + after), unit_of_work():
        found = check_password(login=login, password=password)
        return found and found.login


def test_login_and_password_together_open_the_door(person):
    assert attempt(person.login, PASSWORD) == person.login
    assert PASSWORD not in person.password_hash


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(person):
    assert attempt(person.login, "wrong password") is attempt("nobody", PASSWORD) is attempt("", "") is None


def test_five_failures_lock_an_account_for_a_quarter_of_an_hour(person):
    for _ in range(FAILURES):
        assert attempt(person.login, "wrong password") is None
    with pytest.raises(Forbidden, match="锁定至 12:15"):
        attempt(person.login, PASSWORD)
    with pytest.raises(Forbidden):
        attempt(person.login, PASSWORD, after=LOCK - timedelta(seconds=1))
    assert attempt(person.login, PASSWORD, after=LOCK + timedelta(seconds=1)) == person.login


def test_a_success_forgets_the_failures_before_it(person):
    for _ in range(3):
        for _ in range(FAILURES - 1):
            attempt(person.login, "wrong password")
        assert attempt(person.login, PASSWORD) == person.login


def test_an_inactive_account_and_one_without_a_password_do_not_open(tree, person):
    without = make_person("investigator", tree.university)
    person.active = False
    db.session.commit()
    assert attempt(person.login, PASSWORD) is None
    assert attempt(without.login, "") is None


def test_a_new_password_ends_the_sessions_of_the_old_one_and_unlocks(person):
    before = person.session_epoch
    for _ in range(FAILURES):
        attempt(person.login, "wrong password")
    with unit_of_work():
        set_password(queries.find_person(person.login), password="another good one", actor=SYSTEM)
    assert person.session_epoch == before + 1
    assert attempt(person.login, PASSWORD) is None
    assert attempt(person.login, "another good one") == person.login


def test_a_short_password_changes_nothing(person):
    before = person.password_hash, person.session_epoch
    with pytest.raises(Invalid):
        set_password(person, password="short", actor=SYSTEM)
    assert (person.password_hash, person.session_epoch) == before


def test_passwords_are_given_by_oneself_or_by_whoever_administers_the_place(tree, person):
    here = make_person("administrator", tree.university)
    above = make_person("administrator", tree.province)
    elsewhere = make_person("administrator", tree.discipline)
    colleague = make_person("supervisor", tree.university)
    for allowed in (person, here, above):
        set_password(person, password=PASSWORD, actor=actor_of(allowed))
    for refused in (elsewhere, colleague):
        before = person.password_hash
        with pytest.raises(NotFound):
            set_password(person, password="another good one", actor=actor_of(refused))
        assert person.password_hash == before


def test_signing_asks_for_the_password_once_more(person):
    confirm_password(person, PASSWORD)
    with pytest.raises(Invalid):
        confirm_password(person, "wrong password")
    assert db.session.scalars(select(Person.failed_logins).filter_by(id=person.id)).one() == 0
