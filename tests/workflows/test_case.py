import copy
from dataclasses import replace

import pytest

from tests.workflows.makers import (
    BY_LETTER,
    BY_PHONE,
    COLLEAGUE,
    CONCLUDED,
    CORRECTION,
    DISCIPLINE,
    LEADER,
    MANIFEST,
    MEASURE,
    OTHER_SUPERVISOR,
    OWNER,
    PEOPLE,
    PLAN,
    PROVINCE_SUPERVISOR,
    SUPERVISOR,
    make_attempt,
    make_case,
    make_verification,
)
from workflows import case
from workflows.access import SYSTEM, Actor
from workflows.case_facts import Conclusion, Kind, Rectification
from workflows.errors import Refused
from workflows.evidence import Method, Result
from workflows.severity import Severity

SMS = make_verification(method=Method.SMS)
ANSWER = make_verification(method=Method.CONFIRMATION)
FROM_REGISTRAR = make_verification(supplied_by_registrar=True)
BY_COUNSELLOR = make_verification(by_conflicted=True)
THREE_ATTEMPTS = (make_attempt(), make_attempt(), make_attempt(Method.LETTER))
UNVERIFIABLE = {"conclusion": Conclusion.UNVERIFIABLE, "approved_by": SUPERVISOR}
RECTIFIED = {"conclusion": Conclusion.RECTIFIED}
SUPERVISOR_WHO_OWNS = replace(SUPERVISOR, id=OWNER.id)
GRAVE, PLAIN = Severity.HIGH, Severity.MEDIUM


def conduct(**facts):
    return make_case(kind=Kind.CONDUCT, **facts)


def correction(**facts):
    return make_case(corrections=(replace(CORRECTION, **facts),))


def measure(**facts):
    return conduct(rectification=replace(PLAN, measures=(replace(MEASURE, **facts),)))


def manifest(state="corrected", **facts):
    return make_case(state, accepted=True, manifest=replace(MANIFEST, **facts))


WALKS = [
    ("begin", make_case("flagged"), OWNER, {}, "investigating", {}),
    ("conclude", make_case(), OWNER, CONCLUDED, "corrected", {"accepted": False}),
    ("conclude", make_case(corrections=()), OWNER, {"conclusion": Conclusion.UNFOUNDED}, "corrected", None),
    ("conclude", conduct(), OWNER, RECTIFIED, "corrected", None),
    ("conclude", make_case(kind=Kind.UNIT), OWNER, RECTIFIED, "corrected", None),
    ("conclude", make_case(verifications=THREE_ATTEMPTS), OWNER, UNVERIFIABLE, "corrected", None),
    ("conclude", make_case(severity=PLAIN, verifications=(BY_PHONE,)), OWNER, CONCLUDED, "corrected", None),
    ("conclude", make_case(verifications=(SMS, BY_LETTER)), OWNER, CONCLUDED, "corrected", None),
    ("conclude", correction(registered_value="10", upstream_reference="BG-1"), OWNER, CONCLUDED, "corrected", None),
    ("send_back", make_case("corrected"), SUPERVISOR, {"reason": "少一页"}, "investigating", {"accepted": False}),
    ("accept", make_case("corrected"), SUPERVISOR, {}, "corrected", {"accepted": True}),
    ("accept", make_case("corrected"), PROVINCE_SUPERVISOR, {}, "corrected", None),
    ("sign_off", make_case("corrected", accepted=True), SYSTEM, {}, "signed_off", {}),
    ("lapse", manifest("signed_off", valid=False), SYSTEM, {}, "corrected", {"accepted": True}),
    ("lapse", manifest("signed_off", dossier_hash="bb"), SYSTEM, {}, "corrected", None),
    ("file", make_case("signed_off"), SYSTEM, {}, "filed", {}),
    ("reopen", make_case("corrected"), SUPERVISOR, {"reason": "新材料"}, "investigating", {"accepted": False}),
    ("reopen", make_case("signed_off"), SYSTEM, {"reason": "又改了", "event": "drift"}, "investigating", None),
    ("reopen", make_case("filed"), SYSTEM, {"reason": "来信", "event": "new_lead"}, "investigating", None),
    ("merge", make_case("flagged"), SUPERVISOR, {"survivor": make_case(number="LC24-0001")}, "merged", {}),
    ("merge", make_case(), SUPERVISOR, {"survivor": make_case("flagged", number="LC24-0001")}, "merged", {}),
    ("unmerge", make_case("merged", merged_from_state="flagged"), SUPERVISOR, {}, "flagged", {}),
    ("unmerge", make_case("merged", merged_from_state="investigating"), SUPERVISOR, {}, "investigating", {}),
]

REFUSED = [
    ("no_owner", "begin", make_case("flagged", owner_id=None), COLLEAGUE, {}),
    ("not_owner", "begin", make_case("flagged"), COLLEAGUE, {}),
    ("not_owner", "begin", make_case("flagged"), SYSTEM, {}),
    ("owner_conflict", "begin", make_case("flagged", owner_conflicts=("录入该记录",)), OWNER, {}),
    ("owner_conflict", "begin", make_case("flagged", conflicted_ids=frozenset({OWNER.id})), OWNER, {}),
    ("not_owner", "conclude", make_case(), SUPERVISOR, CONCLUDED),
    ("owner_conflict", "conclude", make_case(owner_conflicts=("辅导员",)), OWNER, CONCLUDED),
    ("verification_missing", "conclude", make_case(severity=PLAIN, verifications=()), OWNER, CONCLUDED),
    ("verification_missing", "conclude", make_case(severity=PLAIN, verifications=THREE_ATTEMPTS), OWNER, CONCLUDED),
    ("verification_by_registrar", "conclude", make_case(verifications=(FROM_REGISTRAR,)), OWNER, CONCLUDED),
    ("verification_by_registrar", "conclude", make_case(verifications=(BY_COUNSELLOR,)), OWNER, CONCLUDED),
    ("verification_never_alone", "conclude", make_case(severity=PLAIN, verifications=(SMS,)), OWNER, CONCLUDED),
    ("verification_never_alone", "conclude", make_case(severity=PLAIN, verifications=(SMS, ANSWER)), OWNER, CONCLUDED),
    ("evidence_not_independent", "conclude", make_case(verifications=(BY_PHONE,)), OWNER, CONCLUDED),
    ("evidence_not_independent", "conclude", make_case(verifications=(BY_PHONE, BY_PHONE)), OWNER, CONCLUDED),
    (
        "evidence_not_independent",
        "conclude",
        make_case(verifications=(BY_PHONE, replace(BY_LETTER, supplied_by_registrar=True))),
        OWNER,
        CONCLUDED,
    ),
    (
        "evidence_not_independent",
        "conclude",
        make_case(severity=Severity.CRITICAL, verifications=(BY_PHONE, replace(BY_LETTER, result=Result.INCONCLUSIVE))),
        OWNER,
        CONCLUDED,
    ),
    ("conclusion_missing", "conclude", make_case(), OWNER, {}),
    ("conclusion_missing", "conclude", make_case(), OWNER, {"conclusion": "dismissed"}),
    ("conclusion_not_for_kind", "conclude", make_case(), OWNER, RECTIFIED),
    ("conclusion_not_for_kind", "conclude", conduct(), OWNER, CONCLUDED),
    ("correction_missing", "conclude", make_case(corrections=()), OWNER, CONCLUDED),
    ("correction_changes_nothing", "conclude", correction(new="10"), OWNER, CONCLUDED),
    ("correction_without_evidence", "conclude", correction(evidence_attached=False), OWNER, CONCLUDED),
    ("correction_not_registered", "conclude", correction(registered_value="10"), OWNER, CONCLUDED),
    ("rectification_missing", "conclude", conduct(rectification=None), OWNER, RECTIFIED),
    ("rectification_goal_missing", "conclude", conduct(rectification=Rectification(" ", (MEASURE,))), OWNER, RECTIFIED),
    ("rectification_measures_missing", "conclude", conduct(rectification=Rectification("目标")), OWNER, RECTIFIED),
    ("measure_incomplete", "conclude", measure(due_on=None), OWNER, RECTIFIED),
    ("measure_incomplete", "conclude", measure(responsible=""), OWNER, RECTIFIED),
    ("measure_incomplete", "conclude", measure(text=" "), OWNER, RECTIFIED),
    ("measure_not_done", "conclude", measure(done=False), OWNER, RECTIFIED),
    ("attempts_too_few", "conclude", make_case(verifications=THREE_ATTEMPTS[1:]), OWNER, UNVERIFIABLE),
    (
        "attempts_too_few",
        "conclude",
        make_case(verifications=(*THREE_ATTEMPTS[1:], make_attempt(by_conflicted=True))),
        OWNER,
        UNVERIFIABLE,
    ),
    ("attempts_one_method", "conclude", make_case(verifications=(make_attempt(),) * 3), OWNER, UNVERIFIABLE),
    (
        "supervisor_word_missing",
        "conclude",
        make_case(verifications=THREE_ATTEMPTS),
        OWNER,
        {"conclusion": "unverifiable"},
    ),
    *[
        (
            "supervisor_word_invalid",
            "conclude",
            make_case(verifications=THREE_ATTEMPTS),
            OWNER,
            {"conclusion": "unverifiable", "approved_by": approver},
        )
        for approver in (COLLEAGUE, OTHER_SUPERVISOR, SUPERVISOR_WHO_OWNS, SYSTEM)
    ],
    ("not_second_reviewer", "send_back", make_case("corrected"), OWNER, {"reason": "x"}),
    ("reason_missing", "send_back", make_case("corrected"), SUPERVISOR, {"reason": "  "}),
    ("not_second_reviewer", "accept", make_case("corrected"), COLLEAGUE, {}),
    ("not_second_reviewer", "accept", make_case("corrected"), OTHER_SUPERVISOR, {}),
    ("not_second_reviewer", "accept", make_case("corrected"), SYSTEM, {}),
    ("reviewer_is_owner", "accept", make_case("corrected", owner_id=SUPERVISOR.id), SUPERVISOR, {}),
    ("reviewer_conflict", "accept", make_case("corrected", conflicted_ids=frozenset({13})), SUPERVISOR, {}),
    ("reviewer_conflict", "accept", make_case("corrected", ties={13: ("近亲属",)}), SUPERVISOR, {}),
    ("no_owner", "accept", make_case("corrected", owner_id=None), SUPERVISOR, {}),
    ("owner_conflict", "accept", make_case("corrected", owner_conflicts=("辅导员",)), SUPERVISOR, {}),
    ("already_accepted", "accept", make_case("corrected", accepted=True), SUPERVISOR, {}),
    *[("not_by_hand", "sign_off", make_case("corrected", accepted=True), person, {}) for person in PEOPLE],
    ("not_by_hand", "sign_off", make_case("corrected", accepted=True), Actor(0, "系统"), {}),
    ("not_accepted", "sign_off", make_case("corrected"), SYSTEM, {}),
    ("not_in_manifest", "sign_off", make_case("corrected", accepted=True, manifest=None), SYSTEM, {}),
    ("manifest_invalid", "sign_off", manifest(valid=False), SYSTEM, {}),
    ("dossier_changed", "sign_off", manifest(dossier_hash="bb"), SYSTEM, {}),
    ("dossier_changed", "sign_off", make_case("corrected", accepted=True, dossier_hash=""), SYSTEM, {}),
    ("slots_unsigned", "sign_off", manifest(signed=("party",)), SYSTEM, {}),
    ("slots_unsigned", "sign_off", manifest(slots=()), SYSTEM, {}),
    ("not_by_hand", "lapse", manifest("signed_off", valid=False), SUPERVISOR, {}),
    ("report_still_holds", "lapse", make_case("signed_off"), SYSTEM, {}),
    *[("not_by_hand", "file", make_case("signed_off"), person, {}) for person in PEOPLE],
    ("receipts_missing", "file", manifest("signed_off", receipted=("province",)), SYSTEM, {}),
    ("receipts_missing", "file", manifest("signed_off", recipients=()), SYSTEM, {}),
    ("dossier_changed", "file", manifest("signed_off", dossier_hash="bb"), SYSTEM, {}),
    ("slots_unsigned", "file", manifest("signed_off", signed=("party",)), SYSTEM, {}),
    ("manifest_invalid", "file", manifest("signed_off", valid=False), SYSTEM, {}),
    ("not_supervisor", "reopen", make_case("filed"), OWNER, {"reason": "x"}),
    ("not_supervisor", "reopen", make_case("filed"), LEADER, {"reason": "x"}),
    ("not_supervisor", "reopen", make_case("filed"), DISCIPLINE, {"reason": "x"}),
    ("reason_missing", "reopen", make_case("filed"), SUPERVISOR, {}),
    ("reopened_by_nothing", "reopen", make_case("filed"), SYSTEM, {"reason": "超时", "event": "timeout"}),
    ("not_supervisor", "merge", make_case(), OWNER, {"survivor": make_case(number="LC24-0001")}),
    ("survivor_missing", "merge", make_case(), SUPERVISOR, {}),
    ("survivor_is_itself", "merge", make_case(), SUPERVISOR, {"survivor": make_case()}),
    ("other_subject", "merge", make_case(), SUPERVISOR, {"survivor": make_case(number="2", subject_key="record:8")}),
    ("other_subject", "merge", make_case(subject_key=""), SUPERVISOR, {"survivor": make_case(number="2")}),
    ("survivor_not_open", "merge", make_case(), SUPERVISOR, {"survivor": make_case("filed", number="2")}),
    ("survivor_not_open", "merge", make_case(), SUPERVISOR, {"survivor": make_case("merged", number="2")}),
    ("not_supervisor", "unmerge", make_case("merged"), OWNER, {}),
    ("not_supervisor", "unmerge", make_case("merged", merged_from_state="flagged"), OWNER, {}),
    ("earlier_state_unknown", "unmerge", make_case("merged", merged_from_state=None), SUPERVISOR, {}),
    ("earlier_state_unknown", "unmerge", make_case("merged", merged_from_state="filed"), SUPERVISOR, {}),
    ("not_from_this_state", "accept", make_case(), SUPERVISOR, {}),
    ("not_from_this_state", "lapse", manifest("filed", valid=False), SYSTEM, {}),
    ("not_from_this_state", "merge", make_case("corrected"), SUPERVISOR, {}),
]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: f"{walk[0]}-{walk[4]}")
def test_every_row_of_the_table_can_be_walked(walk):
    action, unmoved, actor, given_with, to, says = walk
    subject = copy.deepcopy(unmoved)
    before = subject.state
    moved = case.fire(subject, action, actor=actor, **given_with)
    assert (moved.action, moved.from_state, moved.to_state) == (action, before, to)
    assert subject.state == to
    assert says is None or moved.says == says


@pytest.mark.parametrize(("code", "action", "subject", "actor", "given_with"), REFUSED)
def test_a_refusal_names_its_reason_in_a_whole_sentence_and_leaves_the_case_as_it_was(
    code, action, subject, actor, given_with
):
    before = copy.deepcopy(subject)
    with pytest.raises(Refused) as refused:
        case.fire(subject, action, actor=actor, **given_with)
    assert code in [refusal.code for refusal in refused.value.refusals]
    assert all(str(refusal).endswith("。") and "%(" not in str(refusal) for refusal in refused.value.refusals)
    assert subject == before


@pytest.mark.parametrize(("code", "action", "subject", "actor", "given_with"), REFUSED)
def test_the_reason_that_was_planted_is_the_first_that_is_told(code, action, subject, actor, given_with):
    assert case.refusals(subject, action, actor=actor, **given_with)[0].code == code


def test_the_table_is_exactly_the_one_of_the_workflow():
    rows = [(step.action, set(step.sources), step.target) for step in case.CASE_STEPS]
    assert rows == [
        ("begin", {"flagged"}, "investigating"),
        ("conclude", {"investigating"}, "corrected"),
        ("send_back", {"corrected"}, "investigating"),
        ("accept", {"corrected"}, "corrected"),
        ("sign_off", {"corrected"}, "signed_off"),
        ("lapse", {"signed_off"}, "corrected"),
        ("file", {"signed_off"}, "filed"),
        ("reopen", {"corrected", "signed_off", "filed"}, "investigating"),
        ("merge", {"flagged", "investigating"}, "merged"),
        ("unmerge", {"merged"}, "flagged"),
        ("unmerge", {"merged"}, "investigating"),
    ]
