"""The second factor: a code counts once, in its time; ten codes for the day it is lost; whoever changes it is told."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import text

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.patience import FREE
from casework.operations.second_factor import (
    CODES,
    RECOVERY,
    begin_totp,
    check_code,
    codes_left,
    confirm_totp,
    factors_of,
    remove_factor,
    rename_factor,
    renew_codes,
    reset_second_factor,
)
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.people.sign_in import TOTP
from tests.casework.factories import NOON, PASSWORD, make_person, make_tree

STEP = timedelta(seconds=30)


@pytest.fixture
def tree(app):
    with unit_of_work():
        return make_tree()


@pytest.fixture
def person(tree):
    with unit_of_work():
        return make_person("investigator", tree.university, password=PASSWORD)


def enrol(person):
    """Set up an app at noon, and return its codes and the recovery codes."""
    with clock.stopped_at(NOON), unit_of_work():
        begun = begin_totp(person, actor=actor_of(person))
        app = pyotp.TOTP(begun.secret)
        codes = confirm_totp(person, ref=begun.ref, code=app.at(NOON), name="", actor=actor_of(person))
    return app, codes


def check(person, code, *, after=timedelta()):
    with clock.stopped_at(NOON + after), unit_of_work():
        return check_code(db.session.get_one(Person, person.id), code)


def test_an_app_counts_only_after_its_first_code_and_its_secret_is_sealed(person):
    with clock.stopped_at(NOON), unit_of_work():
        begun = begin_totp(person, actor=actor_of(person))
        with pytest.raises(Invalid, match="验证码不正确"):
            confirm_totp(person, ref=begun.ref, code="000000", name="", actor=actor_of(person))
        assert factors_of(person) == []
    app, codes = enrol(person)
    assert [row.kind for row in factors_of(person)] == [TOTP]
    assert len(set(codes)) == CODES
    stored = db.session.scalar(text("SELECT secret FROM authenticators"))
    assert app.secret.encode() not in bytes(stored)
    assert begun.ref not in [row.ref for row in factors_of(person)]  # the one that was never confirmed is gone


def test_a_code_is_taken_once_and_a_neighbour_of_its_time_only(person):
    app, _ = enrol(person)
    assert check(person, app.at(NOON)) == ""  # the code that confirmed the app is used up
    later = NOON + 10 * STEP
    rows = (
        (later - 2 * STEP, ""),
        (later + 2 * STEP, ""),
        (later - STEP, TOTP),
        (later - STEP, ""),
        (later, TOTP),
        (later - STEP, ""),
        (later + STEP, TOTP),
        (later + STEP, ""),
    )
    for moment, expected in rows:
        assert check(person, app.at(moment), after=10 * STEP) == expected
        with unit_of_work():
            db.session.get_one(Person, person.id).proofs_wait_until = None


def test_blanks_are_no_matter_and_what_is_no_code_is_none(person):
    app, _ = enrol(person)
    code = app.at(NOON + STEP)
    for wrong in ("", "12345", "abcdef", code + "0", "１２３４５６"):
        assert check(person, wrong, after=STEP) == ""
        with unit_of_work():
            db.session.get_one(Person, person.id).proofs_wait_until = None
    assert check(person, f" {code[:3]} {code[3:]} ", after=STEP) == TOTP


def test_guessing_codes_makes_one_wait_and_the_right_code_too(person):
    app, _ = enrol(person)
    for _ in range(FREE + 1):
        assert check(person, "000000", after=STEP) == ""
    with pytest.raises(Forbidden, match="以后再试"):
        check(person, app.at(NOON + STEP), after=STEP)
    assert check(person, app.at(NOON + 4 * STEP), after=4 * STEP) == TOTP


def test_a_recovery_code_lets_in_once_and_is_told(person):
    _, codes = enrol(person)
    assert check(person, codes[0].upper().replace("-", " ")) == RECOVERY
    assert check(person, codes[0]) == ""
    assert codes_left(person) == CODES - 1
    told = [row.kind for row in db.session.query(Message).filter_by(person_id=person.id)]
    assert set(told) == {"sign_in_changed"}
    stored = db.session.scalars(text("SELECT hash FROM recovery_codes")).all()
    assert not any(code.replace("-", "") in row for code in codes for row in stored)


def test_new_recovery_codes_end_the_old_ones_and_are_nobody_elses(tree, person):
    _, codes = enrol(person)
    with unit_of_work():
        other = make_person("investigator", tree.university)
    enrol(other)
    assert check(other, codes[0]) == ""
    with unit_of_work():
        fresh = renew_codes(person, actor=actor_of(person))
    assert check(person, codes[1]) == ""
    assert check(person, fresh[1]) == RECOVERY


def test_the_last_factor_stays_where_one_is_required_and_takes_the_codes_with_it_where_not(person):
    enrol(person)
    ref = factors_of(person)[0].ref
    with pytest.raises(Conflict, match="不能移除最后一种"), unit_of_work():
        remove_factor(person, ref=ref, required=True, actor=actor_of(person))
    with unit_of_work():
        rename_factor(person, ref=ref, name="办公手机", actor=actor_of(person))
    assert factors_of(person)[0].name == "办公手机"
    with unit_of_work():
        remove_factor(person, ref=ref, required=False, actor=actor_of(person))
    assert (list(factors_of(person)), codes_left(person)) == ([], 0)


def test_somebody_elses_factors_are_nobodys_business(tree, person):
    enrol(person)
    with unit_of_work():
        other = make_person("administrator", tree.university)
    ref = factors_of(person)[0].ref
    for attempt in (
        lambda: begin_totp(person, actor=actor_of(other)),
        lambda: renew_codes(person, actor=actor_of(other)),
        lambda: remove_factor(person, ref=ref, required=False, actor=actor_of(other)),
        lambda: remove_factor(other, ref=ref, required=False, actor=actor_of(other)),
    ):
        with pytest.raises(NotFound), unit_of_work():
            attempt()
    assert len(factors_of(person)) == 1


def test_an_administrator_resets_with_a_reason_and_the_person_is_told(tree, person):
    enrol(person)
    with unit_of_work():
        here = make_person("administrator", tree.university)
        elsewhere = make_person("administrator", tree.discipline)
        enough = {"required": True}
    epoch = person.session_epoch
    for actor, reason, error in ((here, " ", Invalid), (elsewhere, "手机遗失", NotFound)):
        with pytest.raises(error), unit_of_work():
            reset_second_factor(person, reason=reason, actor=actor_of(actor), **enough)
    assert len(factors_of(person)) == 1
    with unit_of_work():
        reset_second_factor(person, reason="手机遗失", actor=actor_of(here), **enough)
    assert (list(factors_of(person)), person.session_epoch) == ([], epoch + 1)
    entry = db.session.query(JournalEntry).filter_by(action="people:factor_reset").one()
    assert (entry.actor, entry.subject) == (str(here.id), person.login)
    assert "手机" not in str(entry.facts)
    enrol(here)
    with pytest.raises(Conflict, match="不能重置自己"), unit_of_work():
        reset_second_factor(here, reason="手机遗失", actor=actor_of(here), **enough)
