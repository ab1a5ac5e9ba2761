"""The life of a campaign as a table: who may do what when, and what is said to whoever may not."""

from dataclasses import replace
from datetime import date

import pytest

from workflows.access import SYSTEM, Actor, Appointment, Role
from workflows.campaign import CAMPAIGN, CampaignFacts, fire, refusals

HOME = (1, 2, 3)


def person(number, *roles):
    held = tuple(Appointment(role, 3, "university", path=HOME, university_id=3) for role in roles)
    return Actor(id=number, name=f"人员{number}", appointments=held)


DRAFTER, APPROVER = person(7, Role.SUPERVISOR), person(8, Role.PARTY_LEADER)
BOTH, LEADS = person(7, Role.SUPERVISOR, Role.PARTY_LEADER), person(9, Role.INVESTIGATOR)
GOOD = CampaignFacts(
    state="draft",
    name="八月提醒",
    organisation_path=HOME,
    drafters=frozenset({7}),
    stop_on=date(2024, 8, 31),
    today=date(2024, 8, 1),
    waves_to_come=2,
    audience_count=12,
    audience_hash="a",
    text_hash="t",
    frozen_text_hash="t",
    approved=True,
)
SEEN = {"audience_hash": "a", "text_hash": "t"}

MOVES = (
    ("draft", "freeze", DRAFTER, {}, "frozen"),
    ("frozen", "revise", DRAFTER, {}, "draft"),
    ("approved", "revise", DRAFTER, {}, "draft"),
    ("paused", "revise", DRAFTER, {}, "draft"),
    ("frozen", "approve", APPROVER, SEEN, "approved"),
    ("approved", "begin", SYSTEM, {}, "running"),
    ("approved", "pause", SYSTEM, {"reason": "x"}, "paused"),
    ("running", "pause", DRAFTER, {"reason": "x"}, "paused"),
    ("paused", "resume", DRAFTER, {}, "running"),
    ("running", "finish", SYSTEM, {}, "done"),
    *((state, "cancel", DRAFTER, {"reason": "x"}, "cancelled") for state in ("draft", "frozen", "running", "paused")),
)

REFUSED = (
    ("draft", "freeze", DRAFTER, {}, {"faults": ("x",)}, "texts_have_faults"),
    ("draft", "freeze", DRAFTER, {}, {"waves_to_come": 0}, "no_waves"),
    ("draft", "freeze", DRAFTER, {}, {"audience_count": 0}, "nobody_to_remind"),
    ("draft", "freeze", DRAFTER, {}, {"today": date(2024, 9, 1)}, "after_the_stop"),
    ("draft", "freeze", LEADS, {}, {}, "not_your_campaign"),
    ("draft", "approve", APPROVER, SEEN, {}, "not_from_this_state"),
    ("frozen", "approve", BOTH, SEEN, {}, "drafter_may_not_approve"),
    ("frozen", "approve", SYSTEM, SEEN, {}, "drafter_may_not_approve"),
    ("frozen", "approve", DRAFTER, SEEN, {}, "not_your_campaign"),
    ("frozen", "approve", APPROVER, SEEN, {"faults": ("x",)}, "texts_have_faults"),
    ("frozen", "approve", APPROVER, {}, {}, "seen_something_else"),
    ("frozen", "approve", APPROVER, SEEN | {"text_hash": "other"}, {}, "seen_something_else"),
    ("frozen", "approve", APPROVER, SEEN | {"audience_hash": "other"}, {}, "seen_something_else"),
    ("frozen", "begin", SYSTEM, {}, {}, "not_from_this_state"),
    ("approved", "begin", DRAFTER, {}, {}, "not_by_hand"),
    ("approved", "begin", SYSTEM, {}, {"approved": False}, "not_approved"),
    ("approved", "begin", SYSTEM, {}, {"text_hash": "changed"}, "not_approved"),
    ("approved", "begin", SYSTEM, {}, {"today": date(2024, 9, 1)}, "after_the_stop"),
    ("running", "pause", DRAFTER, {}, {}, "reason_missing"),
    ("running", "revise", DRAFTER, {}, {}, "not_from_this_state"),
    ("paused", "resume", SYSTEM, {}, {}, "needs_a_person"),
    ("paused", "resume", DRAFTER, {}, {"text_hash": "changed"}, "not_approved"),
    ("paused", "resume", DRAFTER, {}, {"today": date(2024, 9, 1)}, "after_the_stop"),
    ("running", "cancel", DRAFTER, {}, {}, "reason_missing"),
    ("done", "cancel", DRAFTER, {"reason": "x"}, {}, "not_from_this_state"),
    ("cancelled", "resume", DRAFTER, {}, {}, "not_from_this_state"),
)


@pytest.mark.parametrize(("state", "action", "actor", "given", "target"), MOVES)
def test_a_step_is_taken(state, action, actor, given, target):
    facts = replace(GOOD, state=state)
    fire(facts, action, actor=actor, **given)
    assert facts.state == target


@pytest.mark.parametrize("row", REFUSED)
def test_a_step_is_refused_with_its_reason_and_nothing_moves(row):
    state, action, actor, given, changed, code = row
    facts = replace(GOOD, state=state, **changed)
    found = refusals(facts, action, actor=actor, **given)
    assert code in {refusal.code for refusal in found}
    assert all(str(refusal) for refusal in found)
    assert facts.state == state


def test_every_state_is_reached_and_all_but_the_last_two_are_left():
    targets = {step.target for step in CAMPAIGN.steps}
    sources = {source for step in CAMPAIGN.steps for source in step.sources}
    assert targets == set(CAMPAIGN.states)
    assert set(CAMPAIGN.states) - sources == {"done", "cancelled"}


def test_nothing_leads_to_running_but_an_approval():
    ways = {(source, step.action) for step in CAMPAIGN.steps if step.target == "running" for source in step.sources}
    assert ways == {("approved", "begin"), ("paused", "resume")}
