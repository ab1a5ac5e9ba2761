"""What a case offers, how grave it may be called, and that no hand reaches a signature."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.makers import (
    BY_PHONE,
    COLLEAGUE,
    OTHER_SUPERVISOR,
    OWNER,
    PEOPLE,
    SUPERVISOR,
    TODAY,
    make_attempt,
    make_case,
)
from workflows import case
from workflows.access import SYSTEM, Actor
from workflows.case_facts import Conclusion, Hold
from workflows.engine import LifeCycle
from workflows.errors import Refused
from workflows.evidence import Method
from workflows.severity import Severity

THREE_ATTEMPTS = (make_attempt(), make_attempt(), make_attempt(Method.LETTER))
SUPERVISOR_WHO_OWNS = replace(SUPERVISOR, id=OWNER.id)


def test_a_merge_can_be_undone_to_the_earlier_state():
    subject = make_case("flagged")
    case.fire(subject, "merge", actor=SUPERVISOR, survivor=make_case(number="LC24-0001"))
    subject.merged_from_state = "flagged"
    case.fire(subject, "unmerge", actor=SUPERVISOR)
    assert subject.state == "flagged"


def test_the_owner_sees_what_is_greyed_out_and_why():
    lacking = make_case(verifications=(BY_PHONE,))
    (conclude, merge) = case.choices(lacking, actor=OWNER)
    assert (conclude.action, conclude.allowed) == ("conclude", False)
    assert [refusal.code for refusal in conclude.refusals] == ["evidence_not_independent"]
    assert (merge.action, merge.allowed) == ("merge", False)


def test_before_a_conclusion_is_named_three_fruitless_attempts_leave_the_button_open():
    tried = make_case(verifications=THREE_ATTEMPTS)
    conclude = case.choices(tried, actor=OWNER)[0]
    assert conclude.allowed
    open_to_it = {
        each.action: each.allowed for each in case.conclusion_choices(tried, actor=OWNER, approved_by=SUPERVISOR)
    }
    assert open_to_it == {"corrected": False, "unfounded": False, "unverifiable": True}


def test_signing_and_filing_are_never_offered_to_anybody():
    for person in (*PEOPLE, SYSTEM):
        for state in case.CASE.states:
            offered = {choice.action for choice in case.choices(make_case(state), actor=person)}
            assert not offered & {"sign_off", "lapse", "file"}


def test_settled_without_a_change_reads_otherwise():
    assert case.state_label(make_case("corrected", conclusion=Conclusion.UNFOUNDED)) == "已核结"
    assert case.state_label(make_case("corrected", conclusion=Conclusion.CORRECTED)) == "已纠正"
    assert case.state_label(make_case("filed", conclusion=Conclusion.UNFOUNDED)) == "已备案"


@pytest.mark.parametrize(
    ("to", "actor", "reason", "expected"),
    [
        (Severity.CRITICAL, OWNER, "", []),
        (Severity.HIGH, OWNER, "", []),
        (Severity.LOW, SUPERVISOR, "单位已说明", []),
        (Severity.LOW, SUPERVISOR, "", ["reason_missing"]),
        (Severity.LOW, OWNER, "单位已说明", ["not_supervisor"]),
        (Severity.MEDIUM, OTHER_SUPERVISOR, "", ["not_supervisor", "reason_missing"]),
    ],
)
def test_raising_is_free_and_lowering_needs_a_supervisor_and_a_reason(to, actor, reason, expected):
    found = case.severity_change_refusals(make_case(), to, actor=actor, reason=reason)
    assert [refusal.code for refusal in found] == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"reason": " "}, ["reason_missing"]),
        ({"until": None}, ["hold_without_end"]),
        ({"until": TODAY}, ["hold_without_end"]),
        ({"approved_by": None}, ["hold_without_approver"]),
        ({"approved_by": COLLEAGUE}, ["hold_without_approver"]),
        ({"approved_by": SUPERVISOR_WHO_OWNS}, ["hold_without_approver"]),
    ],
)
def test_a_hold_has_a_reason_an_end_and_an_approver(changed, expected):
    asked = {"reason": "等单位复函", "until": TODAY + timedelta(days=3), "approved_by": SUPERVISOR, "today": TODAY}
    assert [refusal.code for refusal in case.hold_refusals(make_case(), **(asked | changed))] == expected


def test_a_held_case_is_not_held_twice():
    held = make_case(hold=Hold("等单位复函", TODAY, SUPERVISOR.id))
    found = case.hold_refusals(
        held, reason="再等", until=TODAY + timedelta(days=9), approved_by=SUPERVISOR, today=TODAY
    )
    assert [refusal.code for refusal in found] == ["already_held"]


BY_HAND = st.tuples(
    st.sampled_from(case.CASE.actions),
    st.sampled_from((*PEOPLE, Actor(0, "系统"))),
    st.sampled_from((*Conclusion, None)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(BY_HAND, max_size=15))
def test_no_sequence_of_actions_by_hand_reaches_a_signature_or_a_filing(tries):
    subject = make_case("flagged")
    for action, actor, conclusion in tries:
        step_given = next(step.given for step in case.CASE_STEPS if step.action == action)
        everything = {
            "reason": "理由",
            "event": "drift",
            "conclusion": conclusion,
            "approved_by": SUPERVISOR,
            "survivor": make_case(number="LC24-0001"),
        }
        given_with = {name: everything[name] for name in step_given}
        before = subject.state
        try:
            moved = case.fire(subject, action, actor=actor, **given_with)
        except Refused:
            assert subject.state == before
        else:
            subject.accepted = bool(moved.says.get("accepted", subject.accepted))
            subject.merged_from_state = before if action == "merge" else None
        assert subject.state not in {"signed_off", "filed"}


def test_the_property_would_see_a_step_that_a_hand_could_take():
    naive = replace(next(step for step in case.CASE_STEPS if step.action == "sign_off"), guards=())
    broken = LifeCycle("case", case.CASE_STATES, (naive,))
    subject = make_case("corrected")
    broken.fire(subject, "sign_off", actor=OWNER)
    assert subject.state == "signed_off"
