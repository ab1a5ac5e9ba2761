from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal.tables import JournalEntry
from casework.notices import words
from casework.notices.models import Message
from casework.operations.change_person import add_person
from casework.operations.invite import GOOD_FOR, find_invitation, invite, take_invitation, withdraw
from casework.operations.passwords import check_password
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.people.ways_in import Invitation
from tests.casework.factories import NOON, PASSWORD, make_person, make_tree
from workflows.access import SYSTEM

BASE = "https://check.example.edu.cn"


@pytest.fixture
def tree(app):
    with clock.stopped_at(NOON):
        yield make_tree()


@pytest.fixture
def administrator(tree):
    found = actor_of(make_person("administrator", tree.university))
    db.session.commit()
    return found


@pytest.fixture
def newcomer(tree, administrator):
    made = add_person(
        login="U900",
        name="新人",
        email="new@edu.example.com",
        organisation=tree.university,
        role="investigator",
        office="",
        actor=administrator,
    )
    db.session.commit()
    return made


def take(token, password=PASSWORD, *, after=timedelta()):
    with clock.stopped_at(NOON + after), unit_of_work():
        return take_invitation(token, password=password).id


def test_whoever_is_invited_sets_their_own_password_once(newcomer, administrator):
    with unit_of_work():
        token = invite(newcomer, actor=administrator)
    take(token)
    assert check_password(login="U900", password=PASSWORD) is newcomer
    with pytest.raises(NotFound, match="已经用过"):
        take(token, "another good password")
    assert check_password(login="U900", password=PASSWORD) is newcomer


def test_every_link_that_does_not_work_gets_the_same_sentence(tree, newcomer, administrator):
    left = make_person("investigator", tree.university)
    db.session.commit()
    with unit_of_work():
        old, new = invite(newcomer, actor=administrator), invite(newcomer, actor=administrator)
        of_closed = invite(left, actor=administrator)
        left.active = False
    sentences = set()
    for token, after in (
        (old, timedelta()),
        ("f" * 32, timedelta()),
        ("", timedelta()),
        ("x" * 5000, timedelta()),
        (of_closed, timedelta()),
        (new, GOOD_FOR),
    ):
        with pytest.raises(NotFound) as refused:
            take(token, after=after)
        sentences.add(str(refused.value))
    assert len(sentences) == 1
    take(new, after=GOOD_FOR - timedelta(seconds=1))


def test_a_weak_password_does_not_spend_the_link(newcomer, administrator):
    with unit_of_work():
        token = invite(newcomer, actor=administrator)
    with pytest.raises(Invalid):
        take(token, "short")
    take(token)


def test_a_reset_keeps_the_old_password_until_the_link_is_used_and_ends_the_sessions_then(tree, administrator):
    person = make_person("investigator", tree.university, password=PASSWORD)
    db.session.commit()
    with unit_of_work():
        token = invite(person, actor=administrator)
    epoch = person.session_epoch
    assert check_password(login=person.login, password=PASSWORD) is person
    take(token, "another good password")
    assert person.session_epoch == epoch + 1
    assert check_password(login=person.login, password="another good password") is person


def test_the_secret_of_a_link_stands_in_no_row_and_only_its_reader_gets_it(newcomer, administrator):
    with unit_of_work():
        token = invite(newcomer, actor=administrator)
    message = db.session.scalars(select(Message)).one()
    assert (message.channel, message.kind, message.person_id) == ("console", "invitation", newcomer.id)
    assert f"{BASE}/welcome/{token}" in words.letter(message, base_url=BASE).body
    assert token not in words.text(message, base_url=BASE).body
    for table in (Invitation, Message, JournalEntry):
        assert token not in repr(db.session.execute(select(table.__table__)).all())


def test_links_go_by_mail_to_open_accounts_in_ones_care(tree, newcomer, administrator):
    unreachable = make_person("investigator", tree.university)
    unreachable.email = ""
    closed = make_person("investigator", tree.university)
    closed.active = False
    above = make_person("supervisor", tree.province)
    for person, refusal in ((unreachable, Invalid), (closed, Conflict), (above, Forbidden)):
        with pytest.raises(refusal):
            invite(person, actor=administrator)
    assert db.session.scalars(select(Invitation)).all() == []
    assert find_invitation(invite(unreachable, actor=SYSTEM, unsent=True)).person is unreachable
    assert db.session.scalars(select(Message)).all() == []


def test_a_link_that_was_withdrawn_opens_nothing(newcomer, administrator):
    token = invite(newcomer, actor=administrator)
    withdraw(newcomer, actor=administrator)
    assert find_invitation(token) is None
    with pytest.raises(NotFound):
        withdraw(newcomer, actor=administrator)
    assert db.session.scalars(select(Person.password_hash).filter_by(login="U900")).one() == ""
