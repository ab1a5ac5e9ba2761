"""The inbox shows a person their own messages, counts what is unread, and each leads to its matter."""

from functools import partial

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.notices.models import Message
from casework.notices.queries import unread
from casework.operations.assign import assign
from casework.people.actors import actor_of
from tests.casework.factories import make_case, make_person, make_round, make_tree
from tests.casework.web.visitor import browser_of


class Town:
    def __init__(self):
        self.tree = make_tree()
        self.investigator = make_person("investigator", self.tree.university, name="李梦洁")
        self.other = make_person("investigator", self.tree.university, name="夏鑫")
        self.supervisor = make_person("supervisor", self.tree.university, name="肖国舒")
        self.cases = [make_case(self.tree.university, make_round()) for _ in range(2)]
        for case in self.cases:
            assign(case, to=self.investigator, actor=actor_of(self.supervisor))


@pytest.fixture
def town(app):
    ways.configure(("inbox", "simulator"))
    with unit_of_work():
        town = Town()
    yield town
    ways.configure(())


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def first_message(person):
    db.session.rollback()
    return db.session.query(Message).filter_by(person_id=person.id, channel="inbox").order_by(Message.id).first()


def test_the_inbox_says_how_many_are_unread(town, as_person):
    assert "2条未读" in as_person(town.investigator).get("/messages").text


def test_an_empty_inbox_says_what_will_come(town, as_person):
    text = as_person(town.other).get("/messages").text
    assert "没有未读消息" in text
    assert "派发、退回、期限提醒和督办会出现在这里" in text


def test_opening_a_message_marks_it_and_leads_to_the_case(town, as_person):
    answer = as_person(town.investigator).get(f"/messages/{first_message(town.investigator).ref}")
    assert (answer.status_code, answer.location) == (303, f"/cases/{town.cases[0].number}")
    assert unread(town.investigator.id) == 1


def test_all_are_marked_with_one_button(town, as_person):
    client = as_person(town.investigator)
    assert client.post("/messages").status_code == 303
    assert "没有未读消息" in client.get("/messages").text


def test_nobody_opens_anothers_message(town, as_person):
    assert as_person(town.other).get(f"/messages/{first_message(town.investigator).ref}").status_code == 404
    assert unread(town.investigator.id) == 2
