import pytest
from sqlalchemy import select

from casework.cases.lead_cases import cases_for, ready_to_answer
from casework.cases.lead_facts import is_ready, lead_facts
from casework.cases.models import CaseLead
from casework.db import db
from casework.errors import Conflict, NotFound
from casework.leads.models import LeadStep
from casework.notices.models import Message
from casework.operations.advance import advance
from casework.operations.link_lead import link_lead, unlink_lead
from casework.operations.move_lead import move_lead
from tests.casework.factories import make_case, make_person
from tests.casework.leads.bureau import CODE, FIRM, acting, bureau
from workflows.errors import Refused

__all__ = ["bureau"]


@pytest.fixture
def case(bureau):
    owner = make_person("investigator", bureau.tree.university)
    return make_case(bureau.tree.university, bureau.round_, records=list(bureau.records[:1]), owner=owner)


def link(bureau, lead, case, *, by=None, **given):
    return link_lead(lead, case, actor=acting(by or bureau.officer), **given)


def test_linking_takes_the_lead_on_and_both_stories_say_so(bureau, case):
    lead = bureau.lead()
    done = link(bureau, lead, case, reason="同一名毕业生")
    assert (lead.state, done.concluded, done.reopened) == ("accepted", False, False)
    assert (case.moves[-1].action, case.moves[-1].params) == ("link_lead", {"lead": lead.number})
    assert case.moves[-1].words is None  # what triage wrote may quote the lead
    assert lead.steps[-1].params == {"case": case.number}
    assert lead.steps[-1].words == "同一名毕业生"


def test_a_link_that_is_taken_back_stays_on_record_and_can_come_again(bureau, case):
    lead = bureau.lead()
    link(bureau, lead, case)
    with pytest.raises(Conflict) as refused:
        unlink_lead(lead, case, actor=acting(bureau.officer), reason=" ")
    assert refused.value.code == "reason_missing"
    ended = unlink_lead(lead, case, actor=acting(bureau.second), reason="不是同一名毕业生")
    assert ended.unlinked_at is not None
    with pytest.raises(Conflict):
        unlink_lead(lead, case, actor=acting(bureau.second), reason="再次")
    link(bureau, lead, case)
    row = db.session.scalars(select(CaseLead)).one()
    assert row.unlinked_at is None
    told = [step.action for step in db.session.scalars(select(LeadStep).order_by(LeadStep.id)) if "link" in step.action]
    assert told == ["link", "unlink", "link"]


def test_a_concluded_case_is_told_of_and_reopened_only_when_a_person_says_so(bureau):
    owner = make_person("investigator", bureau.tree.university)
    quiet, again = (make_case(bureau.tree.university, bureau.round_, state="accepted", owner=owner) for _ in range(2))
    done = link(bureau, bureau.lead(), quiet)
    assert (done.concluded, done.reopened, quiet.state, quiet.accepted_at is None) == (True, False, "corrected", False)
    told = db.session.scalars(select(Message).filter_by(kind="case_found_late", channel="inbox")).all()
    assert {row.person_id for row in told} == {owner.id, quiet.accepted_by_id}
    with pytest.raises(Refused):
        link(bureau, bureau.lead(), again, reopen=True)  # nobody says why
    done = link(bureau, bureau.lead(), again, reopen=True, reason="有新的证据")
    assert (done.reopened, again.state, again.accepted_at) == (True, "investigating", None)


def test_what_cannot_be_linked_is_said_and_leaves_nothing(bureau, case):
    there = bureau.tree.university, bureau.round_
    lead, declining = bureau.lead(), bureau.lead()
    link(bureau, lead, case)
    move_lead(declining, "decline", actor=acting(bureau.officer), reason="没有具体对象")
    merged, drawn = make_case(*there, state="merged", merged_into=case), make_case(*there, origin="sample")
    refused = (
        (lead, case, "already_linked"),
        (lead, merged, "case_merged"),
        (lead, drawn, "case_unfit"),
        (declining, case, "lead_closed"),
    )
    for one, other, code in refused:
        with pytest.raises(Conflict) as said:
            link(bureau, one, other)
        assert said.value.code == code
    assert db.session.query(CaseLead).count() == 1


def test_a_case_that_the_body_concerned_can_see_is_not_linked(bureau, case):
    lead = bureau.lead(concerns=bureau.tree.university)
    with pytest.raises(Conflict) as refused:
        link(bureau, lead, case, by=bureau.province_officer)
    assert refused.value.code == "shown_to_concerned"
    assert [move.action for move in case.moves] == ["open"]


def test_a_case_out_of_sight_is_not_found(bureau, case):
    other = make_person("lead_officer", bureau.sister)
    with pytest.raises(NotFound):
        link(bureau, bureau.lead(at=bureau.sister, by=other), case, by=other)


def test_a_linked_lead_is_not_declined_and_a_declined_one_takes_two(bureau, case):
    lead = bureau.lead()
    link(bureau, lead, case)
    with pytest.raises(Refused) as refused:
        move_lead(lead, "decline", actor=acting(bureau.officer), reason="没有具体对象")
    assert [each.code for each in refused.value.refusals] == ["cases_linked"]
    plain = bureau.lead("咨询去向登记")
    move_lead(plain, "decline", actor=acting(bureau.officer), reason="咨询")
    with pytest.raises(Refused) as refused:
        move_lead(plain, "confirm_decline", actor=acting(bureau.officer))
    assert [each.code for each in refused.value.refusals] == ["four_eyes"]
    assert plain.state == "declining"
    move_lead(plain, "confirm_decline", actor=acting(bureau.second))
    assert plain.state == "declined"


def test_a_lead_is_offered_for_answer_when_every_case_of_it_is_accepted(bureau, case):
    other = make_case(bureau.tree.university, bureau.round_, state="accepted")
    lead, alone = bureau.lead(), bureau.lead()
    move_lead(alone, "accept", actor=acting(bureau.officer))
    link(bureau, lead, case)
    link(bureau, lead, other)
    assert list(ready_to_answer(acting(bureau.officer))) == []
    unlink_lead(lead, case, actor=acting(bureau.officer), reason="不是同一事项")
    assert list(ready_to_answer(acting(bureau.officer))) == [lead]
    assert list(ready_to_answer(acting(make_person("lead_officer", bureau.sister)))) == []
    move_lead(lead, "answer", actor=acting(bureau.officer), outcome="partly", words="已核实，部分属实。")
    assert list(ready_to_answer(acting(bureau.officer))) == []


def test_a_merged_case_is_settled_by_the_one_that_carries_on(bureau, case):
    lead = bureau.lead()
    link(bureau, lead, case)
    case.kind, case.subject_key = "employer", CODE
    survivor = make_case(bureau.tree.university, bureau.round_, kind="employer", subject_key=CODE)
    last = make_case(bureau.tree.university, bureau.round_, kind="employer", subject_key=CODE)
    advance(case, "merge", actor=acting(bureau.supervisor), survivor=survivor)
    advance(survivor, "merge", actor=acting(bureau.supervisor), survivor=last)
    assert (list(ready_to_answer(acting(bureau.officer))), is_ready(lead_facts(lead))) == ([], False)
    last.accepted_at = case.opened_at
    db.session.flush()
    assert (list(ready_to_answer(acting(bureau.officer))), is_ready(lead_facts(lead))) == ([lead], True)


def test_cases_about_what_a_lead_names_are_offered_with_why(bureau):
    there = bureau.tree.university, bureau.round_
    registration = make_case(*there, records=list(bureau.records[:1]))
    firm = make_case(*there, kind="employer", subject_key=CODE, records=list(bureau.records))
    college = make_case(*there, kind="conduct", subject_key="college:文学院", records=[])
    counsellor = make_case(*there, kind="conduct", subject_key="counsellor:魏文凯", records=[])
    named = [(registration, "same_record"), (firm, "same_person")]
    rows = {
        "学号202001110210没上班": named,
        "林清旺没上班": named,
        f"{FIRM}是空壳": [(firm, "same_employer")],
        "文学院扣学位证": [(college, "same_unit")],
        "辅导员魏文凯改数": [(counsellor, "same_unit")],
        "食堂太贵": [],
    }
    for content, wanted in rows.items():
        found = cases_for(bureau.lead(content), acting(bureau.officer))
        assert [(each.case, each.why[0]) for each in found] == wanted


def test_a_linked_case_and_one_out_of_sight_are_not_offered(bureau, case):
    lead = bureau.lead("学号202001110210没上班")
    assert cases_for(lead, acting(make_person("lead_officer", bureau.sister))) == ()
    link(bureau, lead, case)
    assert cases_for(lead, acting(bureau.officer)) == ()
