from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, Invalid, NotFound
from casework.operations import passwords
from casework.operations.passwords import (
    check_password,
    confirm_password,
    count_failure,
    set_password,
)
from casework.operations.patience import FREE, LONGEST, waiting_after
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


def attempt(login, password, *, after=timedelta(), **more):
    with clock.stopped_at(NOON + after), unit_of_work():
        found = check_password(login=login, password=password, **more)
        return found and found.login


def test_login_and_password_together_open_the_door(person):
    assert attempt(person.login, PASSWORD) == person.login
    assert PASSWORD not in person.password_hash


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(person):
    assert attempt(person.login, "wrong password") is attempt("nobody", PASSWORD) is attempt("", "") is None


@pytest.mark.parametrize("known", [True, False])
def test_the_waiting_grows_and_is_the_same_for_an_account_that_does_not_exist(person, known):
    login = person.login if known else "nobody"
    moment = timedelta()
    for failures in range(1, 12):
        assert attempt(login, "wrong password", after=moment) is None
        waits = waiting_after(failures)
        if not waits:
            continue
        with pytest.raises(Forbidden, match=r"请在 .* 以后再试"):
            attempt(login, PASSWORD, after=moment + waits - timedelta(seconds=1))
        moment += waits + timedelta(seconds=1)
    assert waits == LONGEST
    assert attempt(login, PASSWORD, after=moment) == (login if known else None)


def test_the_waiting_doubles_from_a_minute_to_a_quarter_of_an_hour():
    waits = [waiting_after(failures) / timedelta(minutes=1) for failures in range(FREE, FREE + 8)]
    assert waits == [0, 1, 2, 4, 8, 15, 15, 15]


def test_an_account_that_exists_and_one_that_does_not_cost_the_same_number_of_hashes(person, monkeypatch):
    class Counting:
        verified = 0

        def verify(self, *_):
            self.verified += 1
            raise passwords.VerificationError

    counted = []
    for login in (person.login, "nobody"):
        monkeypatch.setattr(passwords, "HASHER", Counting())
        for _ in range(FREE + 1):
            attempt(login, "wrong password")
        with pytest.raises(Forbidden):
            attempt(login, "wrong password")
        counted.append(passwords.HASHER.verified)
    assert counted == [FREE + 1] * 2


def test_wrong_passwords_from_elsewhere_keep_nobody_out_where_they_have_signed_in_before(person):
    for _ in range(FREE + 1):
        attempt(person.login, "wrong password")
    with pytest.raises(Forbidden):
        attempt(person.login, PASSWORD)
    assert attempt(person.login, "wrong password", known_device=True) is None
    assert attempt(person.login, PASSWORD, known_device=True) == person.login


def test_wrong_passwords_at_the_door_do_not_keep_somebody_inside_from_signing(person):
    for _ in range(FREE + 1):
        attempt(person.login, "wrong password")
    confirm_password(person, PASSWORD)
    with unit_of_work():
        for _ in range(FREE + 1):
            count_failure(person.id)
    with pytest.raises(Forbidden, match="以后再试"):
        confirm_password(person, PASSWORD)


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(person, monkeypatch):
    before = person.password_hash
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    attempt(person.login, "wrong password")
    assert person.password_hash == before
    attempt(person.login, PASSWORD)
    assert "m=16,t=2" in person.password_hash
    assert attempt(person.login, PASSWORD) == person.login


def test_a_success_forgets_the_failures_before_it(person):
    for _ in range(3):
        for _ in range(FREE):
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
    for _ in range(FREE + 1):
        attempt(person.login, "wrong password")
    with unit_of_work():
        set_password(queries.find_person(person.login), password="another good one", actor=SYSTEM)
    assert person.session_epoch == before + 1
    assert attempt(person.login, PASSWORD) is None
    assert attempt(person.login, "another good one") == person.login


@pytest.mark.parametrize(
    "refused", ["short", "a" * 1025, "1234567890", "QWERTYUIOP", "abababababab", "岭川大学岭川大学"]
)
def test_a_password_that_is_refused_changes_nothing(person, refused):
    before = person.password_hash, person.session_epoch
    with pytest.raises(Invalid):
        set_password(person, password=refused, actor=SYSTEM)
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
