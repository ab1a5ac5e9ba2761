from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.notices.models import Message
from casework.operations.api_tokens import make_token
from casework.operations.decide_access import confirm_access, end_access
from casework.operations.warn_tokens import warn_tokens
from casework.overview.access_review import review
from casework.people.actors import actor_of
from casework.people.models import ApiToken, Person
from casework.people.sign_in import TOTP, Authenticator
from casework.people.ways_in import AccessDecision
from tests.casework.factories import NOON, appoint, make_person, make_tree
from workflows.access import SYSTEM

WHY = "仍在岗"


@pytest.fixture
def tree(app):
    with clock.stopped_at(NOON):
        yield make_tree()


@pytest.fixture
def administrator(tree):
    person = fine(make_person("administrator", tree.university))
    db.session.commit()
    return actor_of(person)


def fine(person):
    """Give an account nothing to ask about."""
    person.seen_at = clock.now()
    db.session.add(Authenticator(person_id=person.id, kind=TOTP, confirmed_at=clock.now()))
    return person


def found(administrator, **given):
    return [(line.person.id, line.finding) for line in review(administrator, **given)[0]]


def test_each_thing_that_may_no_longer_be_needed_is_asked_about(tree, administrator):
    idle, gone, weak, many, program = (fine(make_person("investigator", tree.university)) for _ in range(5))
    idle.seen_at = NOON - timedelta(days=91)
    gone.appointments[0].until = clock.today() - timedelta(days=1)
    db.session.delete(db.session.scalars(select(Authenticator).filter_by(person_id=weak.id)).one())
    for role in ("supervisor", "lead_officer"):
        appoint(many, role, tree.university)
    make_token(program, name="old", days=365, actor=SYSTEM)
    make_token(program, name="new", days=365, actor=SYSTEM)
    for token, age in zip(db.session.scalars(select(ApiToken).order_by(ApiToken.id)), (91, 89), strict=True):
        token.created_at = NOON - timedelta(days=age)
    elsewhere = make_person("investigator", tree.province)
    db.session.commit()
    expected = [
        (idle.id, "idle"),
        (gone.id, "ended"),
        (weak.id, "no_second_factor"),
        (many.id, "many_roles"),
        (program.id, "token_unused"),
    ]
    assert found(administrator) == expected
    for line in expected:
        assert found(administrator, finding=line[1]) == [line]
    assert elsewhere.id not in {person_id for person_id, _ in found(administrator)}


def test_pages_follow_each_other_without_a_gap(tree, administrator):
    people = [make_person("investigator", tree.university) for _ in range(5)]
    for person in people:
        fine(person).seen_at = None
    db.session.commit()
    seen, after = [], ""
    while True:
        lines, after = review(administrator, after=after, limit=2)
        seen += [line.person.id for line in lines]
        if not after:
            break
    assert seen == [person.id for person in people]


def test_what_was_confirmed_is_asked_again_after_ninety_days(tree, administrator):
    person = fine(make_person("investigator", tree.university))
    person.seen_at = None
    db.session.commit()
    with unit_of_work():
        confirm_access(person, finding="idle", reason=WHY, actor=administrator)
    assert found(administrator) == []
    with clock.stopped_at(NOON + timedelta(days=91)):
        assert (person.id, "idle") in found(administrator)


def test_what_ends_is_ended_as_ever(tree, administrator):
    person = fine(make_person("investigator", tree.university))
    make_token(person, name="old", days=365, actor=SYSTEM)
    token = db.session.scalars(select(ApiToken)).one()
    token.created_at = NOON - timedelta(days=91)
    person.seen_at = None
    db.session.commit()
    with unit_of_work():
        end_access(person, finding="token_unused", about=token.hash[:16], reason=WHY, actor=administrator)
    assert token.revoked_at is not None
    assert person.active
    with unit_of_work():
        end_access(person, finding="idle", reason=WHY, actor=administrator)
    assert not person.active
    assert db.session.scalars(select(AccessDecision.decision)).all() == ["ended", "ended"]


@pytest.mark.parametrize("decide", [confirm_access, end_access])
def test_a_line_is_decided_with_a_reason_by_somebody_else_who_administers_it(tree, administrator, decide):
    person = fine(make_person("investigator", tree.university))
    person.seen_at = None
    above = fine(make_person("investigator", tree.province))
    above.seen_at = None
    own = db.session.get_one(Person, administrator.id)
    db.session.commit()
    for whom, finding, reason, refusal in (
        (person, "idle", " ", Invalid),
        (person, "ended", WHY, NotFound),
        (above, "idle", WHY, Forbidden),
        (own, "idle", WHY, Forbidden),
    ):
        with pytest.raises(refusal), unit_of_work():
            decide(whom, finding=finding, reason=reason, actor=administrator)
    assert person.active
    assert db.session.scalars(select(AccessDecision)).all() == []


def test_which_of_many_offices_ends_is_for_a_person_to_say(tree, administrator):
    person = fine(make_person("investigator", tree.university))
    for role in ("supervisor", "lead_officer"):
        appoint(person, role, tree.university)
    db.session.commit()
    with pytest.raises(Conflict), unit_of_work():
        end_access(person, finding="many_roles", reason=WHY, actor=administrator)
    assert person.active


def test_the_owner_of_a_token_hears_once_a_week_before_it_ends(tree):
    person = make_person("investigator", tree.university)
    make_token(person, name="soon", days=10, actor=SYSTEM)
    make_token(person, name="late", days=100, actor=SYSTEM)
    db.session.commit()
    told = []
    for day in (2, 3, 4, 9, 11):
        with clock.stopped_at(NOON + timedelta(days=day)), unit_of_work():
            told.append(warn_tokens())
    messages = db.session.scalars(select(Message).filter_by(channel="inbox")).all()
    assert [message.kind for message in messages] == ["token_ending"]
    assert told[0] == 0
    assert told[1] > 0
    assert told[2:] == [0, 0, 0]
