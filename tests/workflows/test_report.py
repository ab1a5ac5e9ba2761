import copy

import pytest

from tests.workflows.makers import (
    DISCIPLINE,
    LEADER,
    OWNER,
    PATHS,
    PROVINCE_SUPERVISOR,
    SUPERVISOR,
    TODAY,
    UNIVERSITY,
)
from workflows import report
from workflows.access import SYSTEM
from workflows.errors import Refused
from workflows.report import ChangedField, IncludedCase, LeftOutCase, Receipt, ReportFacts
from workflows.report_guards import CHECKLIST, CITES

BOTH = (Receipt("discipline", "J-1", TODAY, "卢琼珊"), Receipt("province", "S-1", TODAY, "于红秀"))
CHANGED = (ChangedField("LC24-0042", "credit_code"),)


def make_report(state="draft", **facts):
    given = {
        "number": "ZC24-01",
        "organisation_path": PATHS[UNIVERSITY],
        "plan_issued": True,
        "plan_version_cited": "2",
        "plan_version_current": "2",
        "checklist": dict.fromkeys(CHECKLIST, True),
        "measures": ("逐人核对佐证材料",),
        "included": (IncludedCase("LC24-0001", "corrected", accepted=True),),
        "left_out": (LeftOutCase("LC24-0002", "等待单位复函"),),
        "slots": ("party", "admin"),
        "valid_slots": ("party", "admin"),
        "recipients": ("discipline", "province"),
        "receipts": BOTH,
    }
    return ReportFacts(state=state, **(given | facts))


WALKS = [
    ("freeze", make_report(), SUPERVISOR, {}, "frozen"),
    ("freeze", make_report(included=(), left_out=()), SUPERVISOR, {}, "frozen"),
    ("refuse", make_report("frozen"), LEADER, {"reason": "数字不符"}, "stale"),
    ("sign", make_report("frozen"), SYSTEM, {}, "signed"),
    ("go_stale", make_report("frozen", changed=CHANGED), SYSTEM, {}, "stale"),
    ("go_stale", make_report("signed", changed=CHANGED), SYSTEM, {}, "stale"),
    ("return", make_report("signed", delivered=True), DISCIPLINE, {"reason": "缺附件"}, "stale"),
    ("return", make_report("signed"), PROVINCE_SUPERVISOR, {"reason": "缺附件"}, "stale"),
    ("withdraw", make_report("signed", receipts=()), SUPERVISOR, {"reason": "附件放错"}, "stale"),
    ("file", make_report("signed"), SYSTEM, {}, "filed"),
    ("redraft", make_report("stale"), SUPERVISOR, {}, "draft"),
]

REFUSED = [
    ("not_your_report", "freeze", make_report(), OWNER, {}),
    ("not_your_report", "freeze", make_report(), PROVINCE_SUPERVISOR, {}),
    ("not_your_report", "freeze", make_report(), SYSTEM, {}),
    ("plan_not_issued", "freeze", make_report(plan_issued=False), SUPERVISOR, {}),
    ("plan_not_cited", "freeze", make_report(plan_version_cited=""), SUPERVISOR, {}),
    ("plan_outdated", "freeze", make_report(plan_version_cited="1"), SUPERVISOR, {}),
    ("checklist_unanswered", "freeze", make_report(checklist={}), SUPERVISOR, {}),
    *[
        (
            "checklist_unanswered",
            "freeze",
            make_report(checklist={**dict.fromkeys(CHECKLIST, True), item: False}),
            SUPERVISOR,
            {},
        )
        for item in CHECKLIST
    ],
    ("measures_missing", "freeze", make_report(measures=(" ",)), SUPERVISOR, {}),
    (
        "cases_not_accepted",
        "freeze",
        make_report(included=(IncludedCase("1", "corrected", accepted=False),)),
        SUPERVISOR,
        {},
    ),
    (
        "cases_not_accepted",
        "freeze",
        make_report(included=(IncludedCase("1", "filed", accepted=True),)),
        SUPERVISOR,
        {},
    ),
    ("open_cases_unexplained", "freeze", make_report(left_out=(LeftOutCase("LC24-0002", " "),)), SUPERVISOR, {}),
    ("not_your_report", "refuse", make_report("frozen"), SUPERVISOR, {"reason": "x"}),
    ("reason_missing", "refuse", make_report("frozen"), LEADER, {}),
    ("not_by_hand", "sign", make_report("frozen"), LEADER, {}),
    ("changed_after_freeze", "sign", make_report("frozen", changed=CHANGED), SYSTEM, {}),
    ("slots_unsigned", "sign", make_report("frozen", valid_slots=("party",)), SYSTEM, {}),
    ("slots_unsigned", "sign", make_report("frozen", slots=()), SYSTEM, {}),
    ("nothing_changed", "go_stale", make_report("signed"), SYSTEM, {}),
    ("not_by_hand", "go_stale", make_report("signed", changed=CHANGED), SUPERVISOR, {}),
    ("not_your_report", "return", make_report("signed"), SUPERVISOR, {"reason": "x"}),
    ("not_your_report", "return", make_report("signed"), DISCIPLINE, {"reason": "x"}),
    ("reason_missing", "return", make_report("signed", delivered=True), DISCIPLINE, {}),
    ("not_your_report", "withdraw", make_report("signed", receipts=()), DISCIPLINE, {"reason": "x"}),
    ("already_receipted", "withdraw", make_report("signed"), SUPERVISOR, {"reason": "附件放错"}),
    ("reason_missing", "withdraw", make_report("signed", receipts=()), SUPERVISOR, {}),
    ("not_by_hand", "file", make_report("signed"), DISCIPLINE, {}),
    ("changed_after_freeze", "file", make_report("signed", changed=CHANGED), SYSTEM, {}),
    ("cited_changed", "file", make_report("signed", changed=(ChangedField("LC24-R1", CITES),)), SYSTEM, {}),
    ("slots_unsigned", "file", make_report("signed", valid_slots=("party",)), SYSTEM, {}),
    ("receipts_missing", "file", make_report("signed", receipts=BOTH[:1]), SYSTEM, {}),
    (
        "receipts_missing",
        "file",
        make_report("signed", receipts=(BOTH[0], Receipt("province", "", TODAY, "于"))),
        SYSTEM,
        {},
    ),
    ("receipts_missing", "file", make_report("signed", recipients=()), SYSTEM, {}),
    ("not_your_report", "redraft", make_report("stale"), LEADER, {}),
    *[
        ("not_from_this_state", action, make_report("filed", changed=CHANGED), actor, {})
        for action in report.REPORT.actions
        for actor in (SYSTEM, SUPERVISOR, DISCIPLINE)
    ],
]


@pytest.mark.parametrize(("action", "subject", "actor", "given_with", "to"), WALKS)
def test_every_row_of_the_table_can_be_walked(action, subject, actor, given_with, to):
    subject = copy.deepcopy(subject)
    assert report.fire(subject, action, actor=actor, **given_with).to_state == to
    assert subject.state == to


@pytest.mark.parametrize(("code", "action", "subject", "actor", "given_with"), REFUSED)
def test_a_refusal_names_its_reason_first_and_leaves_the_report_as_it_was(code, action, subject, actor, given_with):
    before = copy.deepcopy(subject)
    with pytest.raises(Refused) as refused:
        report.fire(subject, action, actor=actor, **given_with)
    assert refused.value.refusals[0].code == code
    assert all(str(refusal).endswith("。") for refusal in refused.value.refusals)
    assert subject == before


def test_a_return_voids_the_receipts_and_lapses_the_signatures():
    moved = report.fire(make_report("signed", delivered=True), "return", actor=DISCIPLINE, reason="缺附件")
    assert moved.says == {"signatures_lapse": True, "receipts_void": True}


def test_a_change_is_named_by_case_and_field():
    (refusal,) = report.refusals(make_report("frozen", changed=CHANGED), "sign", actor=SYSTEM)
    assert "LC24-0042" in str(refusal)
    assert "credit_code" in str(refusal)
