from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.errors import Conflict, Invalid, NotFound
from casework.leads import same_matter
from casework.leads.models import LeadPair
from casework.leads.same_matter import proposed, why
from casework.operations.decide_pair import decide_pair, merge_refusals, part_leads
from casework.operations.move_lead import move_lead
from tests.casework.factories import make_person
from tests.casework.leads.bureau import NOON, acting, bureau
from workflows.errors import Refused

__all__ = ["bureau"]


@pytest.fixture
def two(bureau):
    first = bureau.lead("文学院不交三方就扣学位证", received_at=NOON - timedelta(days=3))
    return first, bureau.lead("转办：文学院扣发毕业证书", received_at=NOON - timedelta(days=1))


def decide(bureau, one, other, *, same=True, by=None, reason="同一件事"):
    return decide_pair(one, other, same=same, actor=acting(by or bureau.officer), reason=reason)


def numbers(bureau, lead, *, by=None):
    return [each.lead.number for each in proposed(lead, acting(by or bureau.officer))]


def test_proposals_say_why_and_nothing_is_merged_by_them(bureau, two):
    first, later = two
    (found,) = proposed(first, acting(bureau.officer))
    assert found.lead is later
    assert {"college", "theme"} <= {each.code for each in found.why}
    assert (first.state, later.state, later.same_as_id) == ("received", "received", None)


def test_why_two_may_be_one_is_said_of_them_alone_and_of_those_that_are_not_proposed(bureau, two, monkeypatch):
    monkeypatch.setattr(same_matter, "_others", lambda *_given: pytest.fail("every lead was opened"))
    first, later = two
    assert {"college", "theme"} <= {each.code for each in why(later, first)}
    unlike = bureau.lead("食堂太贵", received_at=NOON - timedelta(days=90))
    assert why(first, unlike) == ()


def test_the_lead_that_came_first_goes_on_whichever_is_named_first(bureau, two):
    first, later = two
    for order in (1, -1):
        pair = decide(bureau, *two[::order])
        assert (later.state, later.same_as_id, first.state) == ("merged", first.id, "received")
        assert (pair.decision, pair.one_id < pair.other_id) == ("same", True)
        assert numbers(bureau, first) == []
        part_leads(later, actor=acting(bureau.officer), reason="再认定一次")


def test_parting_gives_back_the_earlier_state_exactly_and_the_pair_is_not_proposed_again(bureau, two):
    first, later = two
    for state in ("received", "accepted"):
        if state == "accepted":
            move_lead(later, "accept", actor=acting(bureau.officer))
        before = snapshot(later)
        decide(bureau, first, later)
        with pytest.raises(Refused):
            part_leads(later, actor=acting(bureau.second), reason="")
        assert (before["state"], later.state) == (state, "merged")
        assert part_leads(later, actor=acting(bureau.second), reason="并错了") is first
        assert snapshot(later) == before
        assert db.session.query(LeadPair).one().decision == "different"
        assert numbers(bureau, first) == []


def snapshot(lead):
    return {
        name: getattr(lead, name)
        for name in ("state", "same_as_id", "officer_id", "due_at", "due_clock", "respond_by", "scope", "outcome")
    }


def test_two_that_are_called_different_are_not_proposed_again(bureau, two):
    assert numbers(bureau, two[0]) == [two[1].number]
    decide(bureau, *two, same=False)
    assert numbers(bureau, two[0]) == numbers(bureau, two[1]) == []
    assert {lead.state for lead in two} == {"received"}
    decide(bureau, *two)  # decided anew
    assert db.session.query(LeadPair).one().decision == "same"


def test_what_cannot_be_decided_is_said_and_leaves_nothing(bureau, two):
    first, later = two
    third = bureau.lead("文学院扣证", received_at=NOON)
    with pytest.raises(Invalid):
        decide(bureau, first, first)
    with pytest.raises(Conflict):
        part_leads(later, actor=acting(bureau.officer), reason="没有并案")
    assert db.session.query(LeadPair).count() == 0
    decide(bureau, later, third)
    with pytest.raises(Conflict) as refused:
        decide(bureau, first, later)  # a third one lies inside the later one
    assert refused.value.code == "others_inside"
    with pytest.raises(Conflict) as refused:
        decide(bureau, later, third, same=False)
    assert refused.value.code == "merged"
    assert db.session.query(LeadPair).count() == 1


def test_a_lead_whose_sender_waits_is_answered_before_it_is_merged(bureau, two):
    asked = bureau.lead("文学院扣证", channel="MOE_MAIL", received_at=NOON)
    with pytest.raises(Refused) as refused:
        decide(bureau, two[0], asked)
    assert [each.code for each in refused.value.refusals] == ["upward_reply_missing"]
    assert db.session.query(LeadPair).count() == 0


def test_nobody_decides_about_or_is_shown_what_they_do_not_see(bureau, two):
    other = make_person("lead_officer", bureau.sister)
    with pytest.raises(NotFound):
        decide(bureau, *two, by=other)
    assert numbers(bureau, two[0], by=other) == []
    hidden = bureau.lead("岭川大学文学院扣学位证", concerns=bureau.tree.university)
    beside = bureau.lead("岭川大学文学院扣毕业证", at=bureau.tree.province, by=bureau.province_officer)
    assert numbers(bureau, beside, by=bureau.province_officer) == [hidden.number]
    assert hidden.number not in numbers(bureau, two[0])
    with pytest.raises(NotFound):
        decide(bureau, two[0], hidden)


def test_the_text_names_graduates_and_firms_of_the_records(bureau):
    with clock.stopped_at(NOON):
        named = bureau.lead("林清旺没上班")
        numbered = bureau.lead("学号202001110210申请作废")
        unrelated = bureau.lead("学号202001110211申请作废")
    (found,) = proposed(named, acting(bureau.officer))
    assert (found.lead, "person" in {each.code for each in found.why}) == (numbered, True)
    assert [each.lead for each in proposed(unrelated, acting(bureau.officer))] == []


def test_what_would_be_refused_is_said_before_anybody_presses_and_is_the_same(bureau, two):
    """Whichever of the two is named first; asking changes nothing."""
    first, later = two
    officer = acting(bureau.officer)
    assert merge_refusals(first, later, actor=officer) == ()
    spoiled = {
        "survivor_not_open": lambda: setattr(first, "state", "answered"),
        "not_from_this_state": lambda: setattr(later, "state", "declined"),
        "merged": lambda: decide(bureau, first, later),
        "others_inside": lambda: decide(bureau, later, bureau.lead("文学院扣证", received_at=NOON)),
    }
    for code, spoil in spoiled.items():
        first.state = later.state = "received"
        later.same_as_id = None
        spoil()
        for order in ((first, later), (later, first)):
            assert [each.code for each in merge_refusals(*order, actor=officer)] == [code]
            with pytest.raises((Refused, Conflict)) as refused:
                decide(bureau, *order)
            said = getattr(refused.value, "refusals", None) or (refused.value,)
            assert [each.code for each in said] == [code]


def test_leads_about_different_bodies_stay_two(bureau):
    """Merged, one would show to a body what the other keeps from it."""
    kept = bureau.lead("岭川大学扣学位证", concerns=bureau.tree.university)
    beside = bureau.lead("岭川大学扣毕业证", at=bureau.tree.province, by=bureau.province_officer)
    above = acting(bureau.province_officer)
    for order in ((kept, beside), (beside, kept)):
        assert [each.code for each in merge_refusals(*order, actor=above)] == ["about_another_body"]
        with pytest.raises(Refused):
            decide(bureau, *order, by=bureau.province_officer)
    assert {kept.state, beside.state} == {"received"}
    decide(bureau, kept, beside, same=False, by=bureau.province_officer)
