"""A report of a mail server changes the message and what is known of the address, once, and only for mails of ours."""

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import ContactPoint
from casework.operations.note_bounce import note_bounce
from notifications.channels.bounces import Bounce
from tests.casework.notices.stuck import all_messages, make_message

READER = "owner@example.edu"


@pytest.fixture
def mail(office):
    with unit_of_work():
        return make_message(office.people["owner"], state="accepted", channel="smtp", note="").ref


def told(ref, *, hard=True, to=READER, status="5.1.1"):
    with unit_of_work():
        return note_bounce(Bounce(ref, to, status, hard))


def contacts():
    db.session.rollback()
    return [(row.channel, row.state, row.reason) for row in db.session.scalars(select(ContactPoint))]


def test_a_dead_address_is_invalid_and_the_message_joins_what_waits_for_a_person(mail):
    assert told(mail) == "invalid"
    assert contacts() == [("smtp", "invalid", "5.1.1")]
    assert all_messages()[0].state == "undelivered_permanent"
    assert told(mail) == "same"
    assert contacts() == [("smtp", "invalid", "5.1.1")]


def test_what_may_pass_makes_it_suspect_and_a_dead_one_stays_dead(mail):
    assert told(mail, hard=False, status="5.2.2") == "suspect"
    assert all_messages()[0].state == "undelivered_temporary"
    assert told(mail) == "invalid"
    assert told(mail, hard=False, status="4.4.1") == "same"
    assert [state for _, state, _ in contacts()] == ["invalid"]
    assert all_messages()[0].state == "undelivered_permanent"


def test_a_new_address_does_not_suffer_for_the_old_one(mail):
    assert told(mail, to="former@example.edu") == "same"
    assert contacts() == []
    assert all_messages()[0].state == "undelivered_permanent"


@pytest.mark.parametrize("ref", ["nobody", ""])
def test_a_mail_that_is_none_of_ours_changes_nothing(mail, ref):
    assert told(ref) == ""
    assert contacts() == []
    assert all_messages()[0].state == "accepted"


def test_by_another_channel_there_are_no_bounces(office):
    with unit_of_work():
        ref = make_message(office.people["owner"], state="accepted", channel="simulator", note="").ref
    assert told(ref) == ""
    assert all_messages()[0].state == "accepted"
