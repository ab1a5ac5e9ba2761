from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Invalid, NotFound
from casework.operations.api_tokens import MOST_DAYS, USUAL_DAYS, make_token, revoke_token
from casework.people import queries
from casework.people.actors import actor_of
from casework.people.api_tokens import find_token
from casework.people.models import ApiToken
from tests.casework.factories import NOON, make_person, make_tree
from workflows.access import SYSTEM


@pytest.fixture
def tree(app):
    with clock.stopped_at(NOON):
        yield make_tree()


@pytest.fixture
def person(tree):
    found = make_person("investigator", tree.university)
    db.session.commit()
    return found


def stored():
    return db.session.scalars(select(ApiToken)).all()


def test_tokens_are_made_by_oneself_or_by_whoever_administers_the_place(tree, person):
    for role, place in (("administrator", tree.university), ("administrator", tree.province)):
        make_token(person, name="script", actor=actor_of(make_person(role, place)))
    make_token(person, name="script", actor=actor_of(person))
    for role, place in (("administrator", tree.discipline), ("supervisor", tree.university)):
        with pytest.raises(NotFound):
            make_token(person, name="script", actor=actor_of(make_person(role, place)))
    assert len(stored()) == 3


def test_a_token_opens_until_it_is_revoked_and_only_its_hash_is_stored(person):
    with unit_of_work():
        token = make_token(queries.find_person(person.login), name="script", actor=SYSTEM)
    assert find_token(token).person is person
    assert find_token(token + "x") is None
    (row,) = stored()
    assert token not in repr([getattr(row, column.name) for column in ApiToken.__table__.columns])
    revoke_token(row, actor=SYSTEM)
    assert find_token(token) is None


def test_a_token_of_an_inactive_person_opens_nothing(person):
    token = make_token(person, name="script", actor=SYSTEM)
    person.active = False
    db.session.flush()
    assert find_token(token) is None


def test_without_a_choice_a_token_reads_and_ends_after_the_usual_days(person):
    token = make_token(person, name="script", actor=SYSTEM)
    (row,) = stored()
    assert (row.scopes, row.ends_at) == (["read"], NOON + timedelta(days=USUAL_DAYS))
    for later, opens in (
        (timedelta(days=USUAL_DAYS) - timedelta(seconds=1), True),
        (timedelta(days=USUAL_DAYS), False),
    ):
        with clock.stopped_at(NOON + later):
            assert (find_token(token) is not None) is opens


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("read", "everything")}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": MOST_DAYS + 1}, "days"),
    ],
)
def test_a_token_without_a_known_scope_or_a_bounded_end_is_not_made(person, given, field):
    with pytest.raises(Invalid) as refused:
        make_token(person, name="script", actor=SYSTEM, **given)
    assert list(refused.value.fields) == [field]
    assert stored() == []
