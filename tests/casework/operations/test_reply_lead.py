from datetime import date
from itertools import product

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.journal import JournalEntry
from casework.leads.models import LeadTalk
from casework.operations.reply_lead import answer_reporter, ask_reporter, read_additions, reply_upward, report_upward
from tests.casework.leads.office import read
from tests.casework.notices.office import beijing
from workflows.errors import Refused

LATER = beijing(7, 25, 9)


def say(leads, lead, how, name="officer", *, words="已收到，正在核实。"):
    with clock.stopped_at(LATER), unit_of_work():
        how(lead, words=words, actor=leads.actor(name))
    return read(lead.number)


def test_each_reply_stops_its_own_clock_and_a_question_stops_none(leads):
    for how, kind, expected in (
        (ask_reporter, "question", (None, None, "upward")),
        (answer_reporter, "answer", (LATER, None, "upward")),
        (report_upward, "interim", (None, None, "upward")),
        (reply_upward, "upward", (None, LATER, "respond")),
    ):
        lead = leads.take(channel="MOE_PHONE", reporter={"phone": "13812346021"}, receipt_hash=kind)
        leads.move(lead, "accept")
        lead = say(leads, lead, how)
        assert (lead.first_reply_at, lead.replied_upward_at, lead.due_clock) == expected
        assert [(talk.kind, talk.words) for talk in lead.talks] == [(kind, "已收到，正在核实。")]
    assert "核实" not in str([entry.facts for entry in db.session.scalars(select(JournalEntry))])


def test_when_both_replies_are_given_nothing_is_due_and_the_first_moments_stay(leads):
    lead = leads.take(channel="MOE_PHONE", reporter={"phone": "1"})
    leads.move(lead, "accept")
    for how in (answer_reporter, reply_upward):
        lead = say(leads, lead, how)
    assert (lead.due_at, lead.due_clock, lead.due_why) == (None, "", [])
    with clock.stopped_at(beijing(7, 26, 9)), unit_of_work():
        answer_reporter(lead, words="已更正。", actor=leads.actor("officer"))
    assert read(lead.number).first_reply_at == LATER


def test_where_only_the_sender_can_be_answered_the_reply_upward_is_the_first_reply_too(leads):
    lead = leads.take(channel="MOE_PUSH")
    leads.move(lead, "accept")
    lead = say(leads, lead, report_upward)
    assert (lead.first_reply_at, lead.replied_upward_at, lead.due_clock) == (LATER, None, "upward")
    lead = say(leads, lead, reply_upward)
    assert (lead.first_reply_at, lead.due_at) == (LATER, None)


def test_a_holding_reply_reminds_on_and_only_what_is_decided_gets_the_last_word(leads):
    lead = leads.take(channel="MOE_PUSH", reply_by=date(2024, 8, 9))
    due = read(lead.number).reply_upward_by
    for refusal in ("not_taken_on", "cases_open"):
        if refusal == "cases_open":
            leads.move(lead, "accept")
            leads.link(lead)
        with pytest.raises(Refused) as refused:
            say(leads, lead, reply_upward)
        assert [each.code for each in refused.value.refusals] == [refusal]
        lead = say(leads, lead, report_upward)
        assert (lead.due_at, lead.due_clock, lead.replied_upward_at) == (due, "upward", None)
    assert [talk.kind for talk in lead.talks] == ["interim", "interim"]
    with unit_of_work():
        db.session.scalars(select(Case)).one().accepted_at = LATER
    lead = say(leads, lead, reply_upward)
    assert (lead.due_at, lead.replied_upward_at) == (None, LATER)
    told = [step.action for step in lead.steps if step.action.endswith("_upward")]
    assert told == ["report_upward", "report_upward", "reply_upward"]
    with pytest.raises(Conflict) as late:
        say(leads, lead, report_upward)
    assert late.value.code == "final_given"
    kept = [entry.action for entry in db.session.scalars(select(JournalEntry).order_by(JournalEntry.id))]
    assert (kept.count("lead:report_upward"), kept.count("lead:reply_upward")) == (2, 1)


def test_what_is_told_to_one_reporter_is_told_to_those_of_merged_leads_and_stays_with_each(leads):
    lead, other = leads.take(receipt_hash="ab" * 16), leads.take(receipt_hash="cd" * 16)
    say(leads, other, answer_reporter, words="先前只对他说的话。")
    leads.move(other, "merge", survivor=lead)
    say(leads, lead, answer_reporter, words="已调取协议原件。")
    leads.move(other, "unmerge", reason="不是同一件事")
    say(leads, lead, answer_reporter, words="已约谈单位。")
    say(leads, other, answer_reporter, words="另行核实。")
    words = {each.number: [talk.words for talk in each.talks] for each in (read(lead.number), read(other.number))}
    assert words == {
        lead.number: ["已调取协议原件。", "已约谈单位。"],
        other.number: ["先前只对他说的话。", "已调取协议原件。", "另行核实。"],
    }
    assert read(other.number).first_reply_at == LATER


def test_nobody_is_told_upward_where_nobody_waits(leads):
    lead = leads.take()
    for how in (report_upward, reply_upward):
        with pytest.raises(Conflict) as refused:
            say(leads, lead, how)
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
    leads.move(lead, "accept")
    for how, words in product((ask_reporter, answer_reporter, report_upward, reply_upward), ("", " \n", "字" * 20_001)):
        with pytest.raises(Invalid):
            say(leads, lead, how, words=words)
    lead = read(lead.number)
    assert (lead.talks, lead.first_reply_at, lead.replied_upward_at) == ([], None, None)


def test_only_lead_officers_speak_and_read(leads):
    lead = leads.take(channel="MOE_PHONE")
    leads.move(lead, "accept")
    for how in (ask_reporter, answer_reporter, report_upward, reply_upward):
        with pytest.raises(Forbidden):
            say(leads, lead, how, "supervisor")
    with unit_of_work():
        lead.talks += [LeadTalk(kind="addition", words="单位是…"), LeadTalk(kind="answer", words="…")]
    with pytest.raises(Forbidden), unit_of_work():
        read_additions(lead, actor=leads.actor("supervisor"))
    for expected in (1, 0):
        with clock.stopped_at(LATER), unit_of_work():
            assert read_additions(lead, actor=leads.actor("officer")) == expected
