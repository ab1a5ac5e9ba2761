import copy

import pytest

from tests.workflows.makers import (
    DISCIPLINE,
    OTHER_UNIVERSITY,
    PATHS,
    PROVINCE,
    SUPERVISOR,
    UNIVERSITY,
    make_actor,
)
from workflows import lead
from workflows.access import SYSTEM, Role
from workflows.errors import Refused
from workflows.lead import CLOSED, OPEN, OUTCOME_LABELS, Body, LeadFacts, LeadState, LinkedCase
from workflows.lead_guards import ADDITION, OUTCOMES

OFFICER = make_actor(31, (Role.LEAD_OFFICER, UNIVERSITY))
SECOND = make_actor(32, (Role.LEAD_OFFICER, UNIVERSITY))
ABOVE = make_actor(33, (Role.LEAD_OFFICER, PROVINCE))
ELSEWHERE = make_actor(34, (Role.LEAD_OFFICER, OTHER_UNIVERSITY))
THE_PROVINCE = Body(PROVINCE, "province", PATHS[PROVINCE], "湖北省教育厅（演示）")
THE_OTHER = Body(OTHER_UNIVERSITY, "university", PATHS[OTHER_UNIVERSITY], "江城大学")
HERE = Body(UNIVERSITY, "university", PATHS[UNIVERSITY], "岭川大学")
COLLEGE_BODY = Body(301, "college", PATHS[301], "文学院")
SETTLED, AT_WORK = LinkedCase("LC24-0001", settled=True), LinkedCase("LC24-0002", settled=False)
DONE = {"outcome": "partly", "words": "已核实，登记已更正。", "reason": ""}
WHY = {"reason": "与去向登记无关"}


def make_lead(state="received", **facts):
    given = {"number": "LCX24-0031", "organisation_path": PATHS[UNIVERSITY], "scope": "record", "round_id": 1}
    return LeadFacts(state=state, **(given | facts))


OTHER = make_lead(number="LCX24-0007")

WALKS = [
    ("accept", make_lead(), OFFICER, {}, "accepted"),
    ("accept", make_lead("transferred"), ABOVE, {}, "accepted"),
    ("accept", make_lead(organisation_path=PATHS[PROVINCE], concerns_id=UNIVERSITY), ABOVE, {}, "accepted"),
    *[("decline", make_lead(state), OFFICER, WHY, "declining") for state in ("received", "accepted", "transferred")],
    ("confirm_decline", make_lead("declining", declined_by_id=OFFICER.id), SECOND, {}, "declined"),
    ("confirm_decline", make_lead("declining", declined_by_id=OFFICER.id), ABOVE, {}, "declined"),
    ("confirm_decline", make_lead("declining", has_receipt=True), SECOND, {"words": "不属于本校"}, "declined"),
    ("refuse_decline", make_lead("declining", declined_by_id=OFFICER.id), SECOND, {}, "accepted"),
    ("refuse_decline", make_lead("declining", declined_by_id=OFFICER.id), OFFICER, {}, "accepted"),
    *[("transfer", make_lead(state), OFFICER, WHY | {"target": THE_PROVINCE}, "transferred") for state in OPEN],
    ("transfer", make_lead(cases=(AT_WORK,)), OFFICER, WHY | {"target": THE_OTHER}, "transferred"),
    ("answer", make_lead("accepted", cases=(SETTLED,)), OFFICER, DONE, "answered"),
    ("answer", make_lead("accepted"), OFFICER, DONE | {"reason": "电话中已说明，无需立案"}, "answered"),
    ("reopen", make_lead("answered"), OFFICER, WHY, "accepted"),
    ("reopen", make_lead("declined"), SUPERVISOR, WHY, "accepted"),
    ("reopen", make_lead("declined"), SYSTEM, {"event": ADDITION}, "accepted"),
    *[("merge", make_lead(state), OFFICER, {"survivor": OTHER}, "merged") for state in ("received", "accepted")],
    *[
        ("unmerge", make_lead("merged", merged_from=state), OFFICER, WHY, state)
        for state in ("received", "accepted", "transferred")
    ],
]

REFUSED = [
    *[
        ("not_your_lead", action, subject, actor, given)
        for action, subject, given in (
            ("accept", make_lead(), {}),
            ("decline", make_lead(), WHY),
            ("confirm_decline", make_lead("declining", declined_by_id=OFFICER.id), {}),
            ("refuse_decline", make_lead("declining"), {}),
            ("transfer", make_lead(), WHY | {"target": THE_PROVINCE}),
            ("answer", make_lead("accepted", cases=(SETTLED,)), DONE),
            ("merge", make_lead(), {"survivor": OTHER}),
            ("unmerge", make_lead("merged", merged_from="received"), WHY),
            ("unmerge", make_lead("merged", merged_from="accepted"), WHY),
            ("unmerge", make_lead("merged", merged_from="transferred"), WHY),
        )
        for actor in (SUPERVISOR, DISCIPLINE, ELSEWHERE, SYSTEM)
    ],
    ("not_your_lead", "reopen", make_lead("answered"), ELSEWHERE, WHY),
    ("not_your_lead", "reopen", make_lead("answered"), DISCIPLINE, WHY),
    ("not_your_lead", "accept", make_lead(concerns_id=UNIVERSITY), OFFICER, {}),
    ("reason_missing", "decline", make_lead(), OFFICER, {"reason": " "}),
    ("cases_linked", "decline", make_lead(cases=(SETTLED,)), OFFICER, WHY),
    ("four_eyes", "confirm_decline", make_lead("declining", declined_by_id=OFFICER.id), OFFICER, {}),
    ("words_missing", "confirm_decline", make_lead("declining", has_receipt=True), SECOND, {}),
    ("upward_reply_missing", "confirm_decline", make_lead("declining", owes_upward=True), OFFICER, {}),
    ("reason_missing", "transfer", make_lead(), OFFICER, {"target": THE_PROVINCE}),
    ("target_missing", "transfer", make_lead(), OFFICER, WHY),
    ("target_missing", "transfer", make_lead(), OFFICER, WHY | {"target": COLLEGE_BODY}),
    ("already_there", "transfer", make_lead(), OFFICER, WHY | {"target": HERE}),
    (
        "target_concerned",
        "transfer",
        make_lead(organisation_path=PATHS[PROVINCE], concerns_id=UNIVERSITY),
        ABOVE,
        WHY | {"target": HERE},
    ),
    ("cases_open", "answer", make_lead("accepted", cases=(SETTLED, AT_WORK)), OFFICER, DONE),
    ("upward_reply_missing", "answer", make_lead("accepted", cases=(SETTLED,), owes_upward=True), OFFICER, DONE),
    ("outcome_missing", "answer", make_lead("accepted", cases=(SETTLED,)), OFFICER, DONE | {"outcome": "guilty"}),
    ("words_missing", "answer", make_lead("accepted", cases=(SETTLED,)), OFFICER, DONE | {"words": " "}),
    ("no_case_unexplained", "answer", make_lead("accepted"), OFFICER, DONE),
    ("reason_missing", "reopen", make_lead("answered"), OFFICER, {}),
    ("reason_missing", "reopen", make_lead("answered"), OFFICER, {"event": ADDITION}),
    ("event_missing", "reopen", make_lead("answered"), SYSTEM, WHY),
    ("upward_reply_missing", "merge", make_lead(owes_upward=True), OFFICER, {"survivor": OTHER}),
    ("survivor_missing", "merge", make_lead(), OFFICER, {}),
    ("survivor_missing", "merge", make_lead(), OFFICER, {"survivor": make_lead()}),
    (
        "elsewhere",
        "merge",
        make_lead(),
        OFFICER,
        {"survivor": make_lead(number="JCX24-0001", organisation_path=PATHS[OTHER_UNIVERSITY])},
    ),
    ("elsewhere", "merge", make_lead(), OFFICER, {"survivor": make_lead(number="LCX23-0001", round_id=2)}),
    *[
        ("about_another_body", "merge", make_lead(concerns_id=one), ABOVE, {"survivor": beside})
        for one, beside in (
            (None, make_lead(number="LCX24-0007", concerns_id=UNIVERSITY)),
            (UNIVERSITY, make_lead(number="LCX24-0007")),
        )
    ],
    *[
        ("survivor_not_open", "merge", make_lead(), OFFICER, {"survivor": make_lead(state, number="LCX24-0007")})
        for state in (*CLOSED, "declining")
    ],
    *[
        ("reason_missing", "unmerge", make_lead("merged", merged_from=state), OFFICER, {})
        for state in ("received", "accepted", "transferred")
    ],
    *[
        ("not_from_this_state", action, make_lead("merged"), actor, {})
        for action in lead.LEAD.actions
        for actor in (OFFICER, SYSTEM)
        if action != "unmerge"
    ],
    ("not_from_this_state", "answer", make_lead(), OFFICER, DONE),
    ("not_from_this_state", "confirm_decline", make_lead(), SECOND, {}),
]


@pytest.mark.parametrize(("action", "subject", "actor", "given_with", "to"), WALKS)
def test_every_row_of_the_table_can_be_walked(action, subject, actor, given_with, to):
    subject = copy.deepcopy(subject)
    assert lead.fire(subject, action, actor=actor, **given_with).to_state == to
    assert subject.state == to


@pytest.mark.parametrize(("code", "action", "subject", "actor", "given_with"), REFUSED)
def test_a_refusal_names_its_reason_first_and_leaves_the_lead_as_it_was(code, action, subject, actor, given_with):
    before = copy.deepcopy(subject)
    with pytest.raises(Refused) as refused:
        lead.fire(subject, action, actor=actor, **given_with)
    assert refused.value.refusals[0].code == code
    assert all(str(refusal).endswith("。") for refusal in refused.value.refusals)
    assert subject == before


def test_a_state_is_either_open_or_closed_and_the_outcomes_of_the_rules_are_those_with_words():
    assert {*OPEN, *CLOSED} == {state.value for state in LeadState}
    assert not set(OPEN) & set(CLOSED)
    assert {outcome.value for outcome in OUTCOME_LABELS} == OUTCOMES


def test_what_is_about_a_body_is_offered_to_nobody_of_it():
    about_us = make_lead(concerns_id=UNIVERSITY)
    assert not any(choice.allowed for choice in lead.choices(about_us, actor=OFFICER))
    assert any(choice.allowed for choice in lead.choices(make_lead(), actor=OFFICER))


def test_the_last_word_upward_waits_for_whoever_takes_the_lead_on_and_for_its_cases():
    for subject, codes in (
        (make_lead("received", owes_upward=True), ["not_taken_on"]),
        (make_lead("transferred", cases=(AT_WORK,)), ["not_taken_on", "cases_open"]),
        (make_lead("accepted", cases=(SETTLED, AT_WORK), more_unsettled=3), ["cases_open"]),
        (make_lead("accepted", cases=(SETTLED,)), []),
        (make_lead("declining"), []),
    ):
        found = lead.final_reply_refusals(subject)
        assert [each.code for each in found] == codes
        assert [each.params["count"] for each in found if each.code == "cases_open"] in ([], [1], [4])
