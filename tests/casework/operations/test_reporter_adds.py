"""What a reporter adds reaches the officer, opens what was closed, and is not added twice."""

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Invalid
from casework.leads.models import Lead, LeadTalk
from casework.notices.models import Message
from casework.operations import reporter_adds
from casework.operations.reply_lead import answer_reporter, ask_reporter, read_additions
from tests.casework.leads.office import leads, read
from tests.casework.notices.office import OPENED

__all__ = ["leads"]


@pytest.fixture
def lead(leads):
    return leads.take(receipt_hash="ab" * 16)


def add(lead, words, *, at=OPENED):
    with clock.stopped_at(at), unit_of_work():
        return reporter_adds.add_words(db.session.get_one(Lead, lead.id), words=words)


def told(lead):
    return db.session.query(Message).filter_by(kind="lead_added", lead_id=lead.id, channel="inbox").count()


def test_an_addition_stands_in_the_talk_and_its_officer_is_told_once_until_they_read_it(lead, leads):
    add(lead, " 群里还有人被要求签。 ")
    add(lead, "又想起一件事。")
    db.session.refresh(lead)
    assert [(talk.kind, talk.by_id, talk.words) for talk in lead.talks] == [
        ("addition", None, "群里还有人被要求签。"),
        ("addition", None, "又想起一件事。"),
    ]
    assert told(lead) == 1
    with unit_of_work():
        read_additions(db.session.get_one(Lead, lead.id), actor=leads.actor("officer"))
    add(lead, "第三件事。")
    assert told(lead) == 2


def test_the_same_words_sent_twice_are_one_addition(lead):
    add(lead, "一样的话")
    add(lead, "一样的话")
    assert db.session.query(LeadTalk).count() == 1


def test_nothing_and_too_much_are_refused_and_leave_nothing(lead):
    for words in ("", " \n ", "长" * 2001):
        with pytest.raises(Invalid):
            add(lead, words)
    db.session.rollback()
    assert (db.session.query(LeadTalk).count(), told(lead)) == (0, 0)


def test_an_addition_opens_a_closed_lead_again(lead, leads):
    leads.move(lead, "accept")
    leads.move(lead, "answer", outcome="unsubstantiated", words="未发现所反映的问题。", reason="已逐一回访")
    add(lead, "有新的截图。")
    db.session.refresh(lead)
    assert (lead.state, lead.first_reply_at) == ("accepted", None)


def test_an_addition_to_a_merged_lead_opens_the_one_that_goes_on_and_its_officer_hears(lead, leads):
    survivor = leads.take()
    leads.move(lead, "merge", survivor=survivor)
    add(lead, "还有一个人。")
    assert (told(lead), told(survivor)) == (0, 1)
    leads.move(survivor, "accept")
    leads.move(survivor, "answer", outcome="unsubstantiated", words="未发现所反映的问题。", reason="已逐一回访")
    add(lead, "有新的截图。")
    assert (read(survivor.number).state, read(lead.number).state) == ("accepted", "merged")
    assert [talk.words for talk in read(lead.number).talks if talk.kind == "addition"] == [
        "还有一个人。",
        "有新的截图。",
    ]


def test_what_was_asked_and_answered_counts_as_read_once_the_reporter_has_looked(lead, leads):
    with unit_of_work():
        there = db.session.get_one(Lead, lead.id)
        ask_reporter(there, words="是哪个班？", actor=leads.actor("officer"))
        answer_reporter(there, words="正在核实。", actor=leads.actor("officer"))
        reporter_adds.add_words(there, words="会计一班")
    with unit_of_work():
        there = db.session.get_one(Lead, lead.id)
        assert [talk.kind for talk in reporter_adds.unread(there)] == ["question", "answer"]
        reporter_adds.note_read(there)
    assert reporter_adds.unread(db.session.get_one(Lead, lead.id)) == []
    assert [talk.read_at is None for talk in there.talks] == [False, False, True]
