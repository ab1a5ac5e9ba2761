import pytest
from sqlalchemy import select

from casework.cases.lead_facts import lead_facts
from casework.cases.models import CaseLead
from casework.db import db
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, NotFound
from casework.journal import JournalEntry, verify
from casework.leads.models import LeadTalk
from casework.notices.models import Message
from tests.casework.leads.office import read
from tests.casework.notices.office import OPENED, beijing
from tests.support.statements import statements_of
from workflows.errors import Refused

DONE = {"outcome": "partly", "words": "已核实，登记已更正。"}


def armed():
    return db.session.scalars(select(Timer.lead_id).where(Timer.state == "armed")).all()


def test_a_lead_is_accepted_and_answered_with_words_that_its_reporter_can_read(leads):
    lead = leads.take(actor=leads.actor("officer"))
    leads.move(lead, "accept")
    assert armed()
    leads.link(lead, state="corrected", accepted_at=OPENED)
    leads.move(lead, "answer", **DONE)
    lead = read(lead.number)
    assert (lead.state, lead.outcome, lead.due_at, lead.due_clock, lead.due_why) == ("answered", "partly", None, "", [])
    assert lead.first_reply_at == OPENED
    assert [(talk.kind, talk.words, talk.by_id) for talk in lead.talks] == [
        ("answer", DONE["words"], leads.people["officer"].id)
    ]
    assert [(step.action, step.from_state, step.to_state) for step in lead.steps] == [
        ("take", "", "received"),
        ("accept", "received", "accepted"),
        ("answer", "accepted", "answered"),
    ]
    assert not armed()


REVIEWED = {"state": "corrected", "accepted_at": OPENED}
CASES = (
    ({"state": "investigating"}, None, False),
    ({"state": "corrected"}, None, False),
    (REVIEWED, None, True),
    ({"state": "filed", "accepted_at": OPENED}, None, True),
    ({"state": "merged"}, {"state": "investigating"}, False),
    ({"state": "merged"}, REVIEWED, True),
)


def test_a_linked_case_is_settled_when_it_or_the_one_it_merged_into_passed_its_review(leads):
    for case, into, settled in CASES:
        lead = leads.take()
        leads.move(lead, "accept")
        linked = leads.link(lead, **case)
        if into:
            with unit_of_work():
                linked.merged_into_id = leads.office.make_case(**into).id
        if settled:
            assert leads.move(lead, "answer", **DONE).to_state == "answered"
            continue
        with pytest.raises(Refused) as refused:
            leads.move(lead, "answer", **DONE)
        assert refused.value.refusals[0].code == "cases_open"
        assert read(lead.number).talks == []


def test_a_link_that_was_taken_back_holds_nothing_up(leads):
    lead = leads.take()
    leads.link(lead, state="investigating")
    with unit_of_work():
        db.session.scalars(select(CaseLead)).one().unlinked_at = OPENED
    leads.move(lead, "decline", reason="咨询")
    assert read(lead.number).state == "declining"


def test_nobody_declines_alone(leads):
    lead = leads.take()
    leads.move(lead, "decline", reason="与去向登记无关")
    with pytest.raises(Refused) as refused:
        leads.move(lead, "confirm_decline")
    assert refused.value.refusals[0].code == "four_eyes"
    leads.move(lead, "confirm_decline", "colleague")
    lead = read(lead.number)
    assert (lead.state, lead.due_at, lead.declined_by_id) == ("declined", None, leads.people["officer"].id)
    assert not armed()


def test_whoever_holds_a_receipt_reads_why_their_lead_was_not_taken_on(leads):
    own, behind, plain = leads.take(receipt_hash="ab" * 16), leads.take(), leads.take()
    leads.move(leads.take(receipt_hash="cd" * 16), "merge", survivor=behind)
    for lead in (own, behind):
        leads.move(lead, "decline", reason="与去向登记无关")
        with pytest.raises(Refused) as refused:
            leads.move(lead, "confirm_decline", "colleague", words=" ")
        assert [each.code for each in refused.value.refusals] == ["words_missing"]
        assert (read(lead.number).state, read(lead.number).talks) == ("declining", [])
        leads.move(lead, "confirm_decline", "colleague", words=" 属于劳动仲裁范围。 ")
        told = read(lead.number)
        assert (told.state, told.first_reply_at) == ("declined", OPENED)
        assert [(talk.kind, talk.words) for talk in told.talks] == [("answer", "属于劳动仲裁范围。")]
    leads.move(plain, "decline", reason="咨询")
    leads.move(plain, "confirm_decline", "colleague")
    assert (read(plain.number).talks, read(plain.number).first_reply_at) == ([], None)


def test_the_closing_words_reach_the_reporters_of_merged_leads_and_no_other_words_do(leads):
    lead, merged = leads.take(receipt_hash="ab" * 16), leads.take(receipt_hash="cd" * 16)
    leads.move(merged, "merge", survivor=lead)
    with unit_of_work():
        read(lead.number).talks.append(LeadTalk(kind="addition", words="是会计一班。"))
    leads.move(lead, "accept")
    leads.move(lead, "answer", reason="无需立案", **DONE)
    merged = read(merged.number)
    assert [(talk.kind, talk.words) for talk in merged.talks] == [("answer", DONE["words"])]
    assert (merged.state, merged.first_reply_at) == ("merged", OPENED)
    assert merged.steps[-1].action == "reply"


def test_the_officer_who_is_found_when_somebody_else_takes_a_lead_on_is_told(leads):
    leads.away("officer", "colleague")
    lead = leads.take()
    leads.away("officer", until=None)
    leads.move(lead, "accept", "above")
    told = db.session.scalars(select(Message).filter_by(kind="lead_assigned")).all()
    assert {row.person_id for row in told} == {leads.people["officer"].id}


def test_a_refusal_names_the_first_cases_and_counts_the_rest_in_few_queries(leads, monkeypatch):
    monkeypatch.setattr("casework.cases.lead_facts.NAMED", 2)
    lead = leads.take()
    leads.move(lead, "accept")
    leads.link(lead, **REVIEWED)
    open_ones = [leads.link(lead, state="investigating").number for _ in range(3)]
    with unit_of_work():
        into = leads.office.make_case(state="investigating")
        leads.office.make_case(state="merged")
    with statements_of() as seen:
        facts = lead_facts(read(lead.number))
    once = len(seen)
    assert ([case.number for case in facts.cases], facts.more_cases, facts.more_unsettled) == (open_ones[:2], 2, 1)
    for _ in range(3):
        leads.link(lead, state="merged", merged_into_id=into.id)
    with statements_of() as seen:
        facts = lead_facts(read(lead.number))
    assert (len(seen), facts.more_unsettled) == (once, 4)
    for action, name, code, count in (
        ("decline", "officer", "cases_linked", 7),
        ("answer", "officer", "cases_open", 6),
    ):
        with pytest.raises(Refused) as refused:
            leads.move(lead, action, name, reason="x", **(DONE if action == "answer" else {}))
        found = refused.value.refusals[0]
        assert (found.code, found.params["count"], len(found.params["cases"])) == (code, count, 2)


def test_a_refused_proposal_puts_the_lead_to_work_and_the_next_one_has_its_own_second_person(leads):
    lead = leads.take()
    leads.move(lead, "decline", reason="咨询")
    leads.move(lead, "refuse_decline", "colleague")
    assert (read(lead.number).state, read(lead.number).declined_by_id) == ("accepted", None)
    leads.move(lead, "decline", "colleague", reason="咨询")
    leads.move(lead, "confirm_decline", "officer")
    assert read(lead.number).state == "declined"


def test_what_the_reporter_adds_reopens_the_lead_and_starts_the_first_reply_anew(leads):
    lead = leads.take()
    leads.move(lead, "accept")
    leads.move(lead, "answer", reason="电话中已说明", **DONE)
    leads.move(lead, "reopen", "system", event="addition", at=beijing(8, 1, 10))
    lead = read(lead.number)
    assert (lead.state, lead.outcome, lead.first_reply_at, lead.due_clock) == ("accepted", None, None, "respond")
    assert lead.due_at.astimezone(OPENED.tzinfo).date().isoformat() == "2024-08-02"
    assert armed()


def test_a_transfer_moves_the_lead_to_another_desk_and_both_chains_say_so(leads):
    lead = leads.take(channel="PROV_PHONE", external_no="15")
    leads.move(lead, "transfer", target=leads.bodies["other"], reason="所反映的是该校毕业生")
    lead = read(lead.number)
    assert (lead.state, lead.organisation.code, lead.officer.login) == ("transferred", "JC", "elsewhere")
    assert lead.number == "LCX24-0001"
    entries = db.session.scalars(select(JournalEntry).filter_by(action="lead:transfer").order_by(JournalEntry.id)).all()
    assert {entry.organisation_id for entry in entries} == {leads.bodies["university"].id, leads.bodies["other"].id}
    for entry in entries:
        assert (entry.facts["left"], entry.facts["went"]) == ("LC", "JC")
        assert len(entry.facts["head_there"]) == 2
        assert not list(verify(entry.organisation_id))
    assert [step.params for step in lead.steps if step.action == "transfer"] == [
        {"from_body": "LC单位", "to_body": "JC单位"}
    ]
    told = db.session.scalars(select(Message).filter_by(person_id=leads.people["elsewhere"].id)).all()
    assert {row.kind for row in told} == {"lead_assigned"}
    with pytest.raises(NotFound):
        leads.move(lead, "accept")
    leads.move(lead, "accept", "elsewhere")


def test_a_letter_that_both_bodies_had_keeps_both_numbers_apart(leads):
    leads.take(organisation=leads.bodies["other"], channel="PROV_PHONE", external_no="15")
    lead = leads.take(channel="PROV_PHONE", external_no="15")
    leads.move(lead, "transfer", target=leads.bodies["other"], reason="同一来件")
    assert read(lead.number).external_no == "15（LCX24-0001）"


def test_merged_leads_remind_nobody_and_parting_restores_where_they_stood(leads):
    one, other = leads.take(), leads.take()
    leads.move(one, "accept")
    leads.move(one, "merge", survivor=other)
    assert (read(one.number).state, read(one.number).same_as.number) == ("merged", other.number)
    assert set(armed()) == {other.id}
    leads.move(one, "unmerge", reason="不是同一事项")
    assert (read(one.number).state, read(one.number).same_as) == ("accepted", None)
    assert set(armed()) == {one.id, other.id}


def test_what_is_owed_upward_is_paid_before_a_lead_is_closed(leads):
    lead = leads.take(channel="MOE_PHONE")
    leads.move(lead, "accept")
    with pytest.raises(Refused) as refused:
        leads.move(lead, "answer", reason="无需立案", **DONE)
    assert refused.value.refusals[0].code == "upward_reply_missing"


def test_whoever_has_no_right_moves_nothing_and_leaves_nothing(leads):
    lead = leads.take()
    for name, refusal in (("supervisor", Forbidden), ("owner", Forbidden), ("elsewhere", NotFound)):
        with pytest.raises(refusal):
            leads.move(lead, "accept", name)
    assert (read(lead.number).state, len(read(lead.number).steps)) == ("received", 1)


def test_a_supervisor_reopens_with_a_reason_what_they_do_not_read(leads):
    lead = leads.take()
    leads.move(lead, "accept")
    leads.move(lead, "answer", reason="无需立案", **DONE)
    leads.move(lead, "reopen", "supervisor", reason="上级要求复核")
    assert read(lead.number).state == "accepted"


def test_words_to_the_reporter_stand_in_no_journal_entry(leads):
    lead = leads.take()
    leads.move(lead, "accept")
    leads.move(lead, "answer", reason="经核对协议原件", **DONE)
    facts = [str(entry.facts) for entry in db.session.scalars(select(JournalEntry))]
    assert not any(word in each for each in facts for word in (DONE["words"], "协议原件"))
    assert db.session.scalars(select(LeadTalk.words)).all() == [DONE["words"]]
