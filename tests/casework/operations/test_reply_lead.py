from itertools import product

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.journal import JournalEntry
from casework.leads.models import LeadTalk
from casework.operations.reply_lead import answer_reporter, ask_reporter, read_additions, reply_upward
from tests.casework.leads.office import read
from tests.casework.notices.office import beijing

LATER = beijing(7, 25, 9)


def say(leads, lead, how, name="officer", *, words="已收到，正在核实。"):
    with clock.stopped_at(LATER), unit_of_work():
        how(lead, words=words, actor=leads.actor(name))
    return read(lead.number)


def test_each_reply_stops_its_own_clock_and_a_question_stops_none(leads):
    for how, kind, expected in (
        (ask_reporter, "question", (None, None, "upward")),
        (answer_reporter, "answer", (LATER, None, "upward")),
        (reply_upward, "upward", (None, LATER, "respond")),
    ):
        lead = leads.take(channel="MOE_PHONE", reporter={"phone": "13812346021"}, receipt_hash=kind)
        lead = say(leads, lead, how)
        assert (lead.first_reply_at, lead.replied_upward_at, lead.due_clock) == expected
        assert [(talk.kind, talk.words) for talk in lead.talks] == [(kind, "已收到，正在核实。")]
    assert "核实" not in str([entry.facts for entry in db.session.scalars(select(JournalEntry))])


def test_when_both_replies_are_given_nothing_is_due_and_the_first_moments_stay(leads):
    lead = leads.take(channel="MOE_PHONE", reporter={"phone": "1"})
    for how in (answer_reporter, reply_upward):
        lead = say(leads, lead, how)
    assert (lead.due_at, lead.due_clock, lead.due_why) == (None, "", [])
    with clock.stopped_at(beijing(7, 26, 9)), unit_of_work():
        answer_reporter(lead, words="已更正。", actor=leads.actor("officer"))
    assert read(lead.number).first_reply_at == LATER


def test_where_only_the_sender_can_be_answered_the_reply_upward_is_the_first_reply_too(leads):
    lead = say(leads, leads.take(channel="MOE_PUSH"), reply_upward)
    assert (lead.first_reply_at, lead.due_at) == (LATER, None)


def test_nobody_is_told_upward_where_nobody_waits(leads):
    lead = leads.take()
    with pytest.raises(Conflict) as refused:
        say(leads, lead, reply_upward)
    assert refused.value.code == "nobody_waits"
    assert read(lead.number).talks == []


def test_a_closed_lead_can_still_be_spoken_of_but_not_asked_about(leads):
    lead = leads.take()
    leads.move(lead, "decline", reason="咨询")
    leads.move(lead, "confirm_decline", "colleague")
    assert say(leads, lead, answer_reporter).state == "declined"
    with pytest.raises(Conflict) as refused:
        say(leads, lead, ask_reporter)
    assert refused.value.code == "closed"


def test_who_has_no_receipt_is_not_asked_what_they_could_not_read(leads):
    lead = leads.take()
    with pytest.raises(Conflict) as refused:
        say(leads, lead, ask_reporter)
    assert refused.value.code == "no_receipt"
    assert (read(lead.number).talks, len(read(lead.number).steps)) == ([], 1)


def test_nothing_is_not_said(leads):
    lead = leads.take(channel="MOE_PHONE", receipt_hash="ab" * 16)
    for how, words in product((ask_reporter, answer_reporter, reply_upward), ("", " \n", "字" * 20_001)):
        with pytest.raises(Invalid):
            say(leads, lead, how, words=words)
    lead = read(lead.number)
    assert (lead.talks, lead.first_reply_at, lead.replied_upward_at) == ([], None, None)


def test_only_lead_officers_speak_and_read(leads):
    lead = leads.take(channel="MOE_PHONE")
    for how in (ask_reporter, answer_reporter, reply_upward):
        with pytest.raises(Forbidden):
            say(leads, lead, how, "supervisor")
    with unit_of_work():
        lead.talks += [LeadTalk(kind="addition", words="单位是…"), LeadTalk(kind="answer", words="…")]
    with pytest.raises(Forbidden), unit_of_work():
        read_additions(lead, actor=leads.actor("supervisor"))
    for expected in (1, 0):
        with clock.stopped_at(LATER), unit_of_work():
            assert read_additions(lead, actor=leads.actor("officer")) == expected
