import pytest

from tests.workflows.makers import (
    COLLEGE,
    DISCIPLINE,
    LEADER,
    MINISTRY,
    OTHER_COLLEGE,
    OTHER_PROVINCE,
    OTHER_UNIVERSITY,
    OWNER,
    PATHS,
    PROVINCE,
    PROVINCE_DISCIPLINE,
    PROVINCE_SUPERVISOR,
    SUPERVISOR,
    UNIVERSITY,
    make_actor,
)
from workflows.access import ACTIONS, SYSTEM, Actor, Appointment, Reach, Role, permitted, scope_of
from workflows.engine import UnknownAction

COLLEGE_STAFF = make_actor(7, (Role.INVESTIGATOR, COLLEGE))
COLLEGE_SUPERVISOR = make_actor(8, (Role.SUPERVISOR, COLLEGE))
LEADS = make_actor(17, (Role.LEAD_OFFICER, UNIVERSITY))
PROVINCE_LEADS = make_actor(16, (Role.LEAD_OFFICER, PROVINCE))
PROVINCE_OFFICER = make_actor(29, (Role.INVESTIGATOR, PROVINCE))
PROVINCE_LEADER = make_actor(22, (Role.PARTY_LEADER, PROVINCE))
STATIONED = make_actor(24, (Role.DISCIPLINE_OFFICER, PROVINCE_DISCIPLINE))
MINISTRY_SUPERVISOR = make_actor(25, (Role.SUPERVISOR, MINISTRY))
ADMINISTRATOR = make_actor(26, (Role.ADMINISTRATOR, UNIVERSITY))
AUDITOR = make_actor(27, (Role.AUDITOR, UNIVERSITY))
YES, FORBIDDEN, UNSEEN = None, "not_permitted", "out_of_scope"

POLICY_TABLE = [
    (OWNER, "case:read", UNIVERSITY, {}, YES),
    (OWNER, "case:conclude", UNIVERSITY, {}, YES),
    (OWNER, "case:read", UNIVERSITY, {"sealed": True}, YES),
    (OWNER, "case:accept", UNIVERSITY, {}, FORBIDDEN),
    (OWNER, "case:assign", UNIVERSITY, {}, FORBIDDEN),
    (OWNER, "case:read", OTHER_UNIVERSITY, {}, UNSEEN),
    (OWNER, "case:accept", OTHER_UNIVERSITY, {}, UNSEEN),
    (OWNER, "case:read", PROVINCE, {}, UNSEEN),
    (OWNER, "lead:read", UNIVERSITY, {}, FORBIDDEN),
    (OWNER, "report:freeze", UNIVERSITY, {}, FORBIDDEN),
    (COLLEGE_STAFF, "case:read", UNIVERSITY, {"college_id": COLLEGE}, YES),
    (COLLEGE_STAFF, "case:begin", UNIVERSITY, {"college_id": COLLEGE}, YES),
    (COLLEGE_STAFF, "case:read", UNIVERSITY, {"college_id": COLLEGE, "sealed": True}, UNSEEN),
    (COLLEGE_STAFF, "case:read", UNIVERSITY, {"college_id": OTHER_COLLEGE}, UNSEEN),
    (COLLEGE_STAFF, "case:read", UNIVERSITY, {}, UNSEEN),
    (COLLEGE_STAFF, "case:accept", UNIVERSITY, {"college_id": COLLEGE}, FORBIDDEN),
    (COLLEGE_STAFF, "case:accept", UNIVERSITY, {"college_id": OTHER_COLLEGE}, UNSEEN),
    (COLLEGE_STAFF, "import:run", UNIVERSITY, {}, FORBIDDEN),
    (COLLEGE_SUPERVISOR, "case:accept", UNIVERSITY, {"college_id": COLLEGE}, FORBIDDEN),
    (SUPERVISOR, "case:accept", UNIVERSITY, {}, YES),
    (SUPERVISOR, "case:merge", UNIVERSITY, {}, YES),
    (SUPERVISOR, "report:freeze", UNIVERSITY, {}, YES),
    (SUPERVISOR, "sample:draw", UNIVERSITY, {}, YES),
    (SUPERVISOR, "sample:draw", OTHER_UNIVERSITY, {}, UNSEEN),
    (PROVINCE_SUPERVISOR, "sample:draw", UNIVERSITY, {}, YES),
    (OWNER, "sample:draw", UNIVERSITY, {}, FORBIDDEN),
    (COLLEGE_SUPERVISOR, "sample:draw", UNIVERSITY, {"college_id": COLLEGE}, FORBIDDEN),
    (LEADER, "sample:draw", UNIVERSITY, {}, FORBIDDEN),
    (AUDITOR, "sample:draw", UNIVERSITY, {}, FORBIDDEN),
    (SUPERVISOR, "report:sign", UNIVERSITY, {}, FORBIDDEN),
    (SUPERVISOR, "screening:refit", UNIVERSITY, {}, YES),
    (OWNER, "employer:decide", UNIVERSITY, {}, YES),
    (SUPERVISOR, "employer:decide", OTHER_UNIVERSITY, {}, UNSEEN),
    (COLLEGE_STAFF, "employer:decide", UNIVERSITY, {"college_id": COLLEGE}, FORBIDDEN),
    (AUDITOR, "employer:decide", UNIVERSITY, {}, FORBIDDEN),
    (OWNER, "screening:refit", UNIVERSITY, {}, FORBIDDEN),
    (SUPERVISOR, "filing:receipt", UNIVERSITY, {"state": "signed"}, FORBIDDEN),
    (SUPERVISOR, "people:manage", UNIVERSITY, {}, FORBIDDEN),
    (PROVINCE_SUPERVISOR, "case:assign", UNIVERSITY, {}, YES),
    (PROVINCE_SUPERVISOR, "case:take_over", UNIVERSITY, {}, YES),
    (PROVINCE_SUPERVISOR, "case:read", PROVINCE, {}, YES),
    (PROVINCE_SUPERVISOR, "case:read", OTHER_PROVINCE, {}, UNSEEN),
    (PROVINCE_SUPERVISOR, "report:freeze", UNIVERSITY, {}, FORBIDDEN),
    (PROVINCE_SUPERVISOR, "filing:receipt", UNIVERSITY, {"state": "signed"}, YES),
    (PROVINCE_SUPERVISOR, "filing:receipt", PROVINCE, {"state": "signed"}, FORBIDDEN),
    (PROVINCE_OFFICER, "case:open", UNIVERSITY, {}, YES),
    (PROVINCE_OFFICER, "case:take_over", OTHER_UNIVERSITY, {}, YES),
    (MINISTRY_SUPERVISOR, "case:read", UNIVERSITY, {}, YES),
    (MINISTRY_SUPERVISOR, "filing:receipt", PROVINCE, {"state": "signed"}, YES),
    (MINISTRY_SUPERVISOR, "filing:receipt", UNIVERSITY, {"state": "signed"}, FORBIDDEN),
    (LEADS, "lead:read", UNIVERSITY, {}, YES),
    (LEADS, "lead:reporter", UNIVERSITY, {}, YES),
    (LEADS, "lead:read", PROVINCE, {"concerns_id": UNIVERSITY}, UNSEEN),
    (LEADS, "lead:read", UNIVERSITY, {"concerns_id": UNIVERSITY}, UNSEEN),
    (PROVINCE_LEADS, "lead:read", PROVINCE, {"concerns_id": UNIVERSITY}, YES),
    (LEADS, "case:read", UNIVERSITY, {}, FORBIDDEN),
    (LEADER, "case:read", UNIVERSITY, {}, YES),
    (LEADER, "case:note", UNIVERSITY, {}, FORBIDDEN),
    (LEADER, "report:sign", UNIVERSITY, {}, YES),
    (LEADER, "lead:reporter", UNIVERSITY, {}, FORBIDDEN),
    (PROVINCE_LEADER, "report:read", UNIVERSITY, {}, YES),
    (PROVINCE_LEADER, "report:sign", UNIVERSITY, {}, FORBIDDEN),
    (DISCIPLINE, "report:read", UNIVERSITY, {"state": "signed", "delivered": True}, YES),
    (DISCIPLINE, "report:read", UNIVERSITY, {"state": "signed"}, UNSEEN),
    (DISCIPLINE, "filing:receipt", UNIVERSITY, {"state": "signed"}, UNSEEN),
    (DISCIPLINE, "report:read", UNIVERSITY, {"state": "draft"}, UNSEEN),
    (DISCIPLINE, "filing:dispose", UNIVERSITY, {"state": "filed"}, YES),
    (DISCIPLINE, "filing:receipt", PROVINCE, {"state": "signed"}, UNSEEN),
    (DISCIPLINE, "case:read", UNIVERSITY, {"kind": "conduct", "state": "flagged"}, YES),
    (DISCIPLINE, "case:read", UNIVERSITY, {"kind": "record", "state": "filed"}, YES),
    (DISCIPLINE, "case:read", UNIVERSITY, {"kind": "record", "state": "flagged"}, UNSEEN),
    (DISCIPLINE, "case:conclude", UNIVERSITY, {"kind": "conduct"}, FORBIDDEN),
    (DISCIPLINE, "lead:reporter", UNIVERSITY, {"kind": "conduct", "concerns_id": UNIVERSITY}, YES),
    (STATIONED, "filing:receipt", PROVINCE, {"state": "signed", "delivered": True}, YES),
    (STATIONED, "report:read", UNIVERSITY, {"state": "filed"}, UNSEEN),
    (DISCIPLINE, "case:read", UNIVERSITY, {"kind": "record", "state": "signed_off", "delivered": True}, YES),
    (DISCIPLINE, "case:read", UNIVERSITY, {"kind": "record", "state": "signed_off"}, UNSEEN),
    (DISCIPLINE, "consequence:record", UNIVERSITY, {"kind": "record", "state": "signed_off"}, UNSEEN),
    (DISCIPLINE, "consequence:record", UNIVERSITY, {"kind": "unit", "state": "filed"}, YES),
    (DISCIPLINE, "consequence:record", PROVINCE, {"kind": "conduct", "state": "filed"}, UNSEEN),
    (PROVINCE_OFFICER, "consequence:record", UNIVERSITY, {}, YES),
    (PROVINCE_OFFICER, "consequence:record", UNIVERSITY, {"concerns_id": PROVINCE}, UNSEEN),
    (PROVINCE_OFFICER, "consequence:record", PROVINCE, {}, FORBIDDEN),
    (SUPERVISOR, "consequence:record", UNIVERSITY, {}, FORBIDDEN),
    (PROVINCE_SUPERVISOR, "case:spot_check", UNIVERSITY, {}, YES),
    (PROVINCE_OFFICER, "case:spot_check", UNIVERSITY, {}, FORBIDDEN),
    (SUPERVISOR, "case:spot_check", UNIVERSITY, {}, FORBIDDEN),
    (SUPERVISOR, "filing:withdraw", UNIVERSITY, {"state": "signed"}, YES),
    (PROVINCE_SUPERVISOR, "filing:withdraw", UNIVERSITY, {"state": "signed"}, FORBIDDEN),
    (SUPERVISOR, "report:upload", UNIVERSITY, {"state": "filed"}, YES),
    (SUPERVISOR, "below:read", UNIVERSITY, {}, FORBIDDEN),
    (PROVINCE_LEADER, "below:read", UNIVERSITY, {}, YES),
    (AUDITOR, "case:read", UNIVERSITY, {}, YES),
    (AUDITOR, "person:unmask", UNIVERSITY, {}, FORBIDDEN),
    (AUDITOR, "export", UNIVERSITY, {}, FORBIDDEN),
    (OWNER, "rates:read", UNIVERSITY, {}, YES),
    (LEADER, "rates:read", UNIVERSITY, {}, YES),
    (AUDITOR, "rates:read", UNIVERSITY, {}, YES),
    (COLLEGE_STAFF, "rates:read", UNIVERSITY, {}, FORBIDDEN),
    (COLLEGE_STAFF, "rates:read", UNIVERSITY, {"college_id": COLLEGE}, FORBIDDEN),
    (ADMINISTRATOR, "rates:read", UNIVERSITY, {}, FORBIDDEN),
    (PROVINCE_SUPERVISOR, "rates:read", OTHER_PROVINCE, {}, UNSEEN),
    (PROVINCE_SUPERVISOR, "funnel:read", UNIVERSITY, {}, YES),
    (LEADER, "funnel:read", UNIVERSITY, {}, FORBIDDEN),
    (ADMINISTRATOR, "round:settings", UNIVERSITY, {}, YES),
    (ADMINISTRATOR, "case:read", UNIVERSITY, {}, FORBIDDEN),
    (ADMINISTRATOR, "case:read", OTHER_UNIVERSITY, {}, UNSEEN),
    (SYSTEM, "case:read", UNIVERSITY, {}, UNSEEN),
    (Actor(9, "无任职"), "round:settings", UNIVERSITY, {}, UNSEEN),
]


@pytest.mark.parametrize(("actor", "action", "organisation", "thing", "expected"), POLICY_TABLE)
def test_the_policy_answers_yes_forbidden_or_unseen(actor, action, organisation, thing, expected):
    refusal = permitted(actor, action, organisation_path=PATHS[organisation], **thing)
    assert (refusal and refusal.code) == expected
    assert refusal is None or (str(refusal).endswith("。") and "%(" not in str(refusal))


@pytest.mark.parametrize(("actor", "action", "organisation", "thing", "expected"), POLICY_TABLE)
def test_a_list_and_a_single_page_come_from_the_same_scopes(actor, action, organisation, thing, expected):
    covered = any(scope.covers(organisation_path=PATHS[organisation], **thing) for scope in scope_of(actor, action))
    assert covered is (expected is None)


def test_a_refusal_names_who_has_the_right():
    refusal = permitted(OWNER, "case:accept", organisation_path=PATHS[UNIVERSITY])
    assert str(refusal) == "您的角色在这里不能“复核通过”。有此权限的是：就业部门负责人，请与其联系。"


def test_a_scope_can_be_read_into_a_query():
    (scope,) = scope_of(COLLEGE_STAFF, "case:read")
    assert (scope.organisation_id, scope.reach, scope.college_id, scope.sealed) == (
        UNIVERSITY,
        Reach.OWN,
        COLLEGE,
        False,
    )
    assert {(scope.states, scope.delivered) for scope in scope_of(DISCIPLINE, "case:read")} == {
        (None, False),
        (frozenset({"filed"}), False),
        (frozenset({"signed_off"}), True),
    }
    assert scope_of(ADMINISTRATOR, "case:read") == ()


ABOUT_MATTERS = [name for name, each in ACTIONS.items() if each.seen_by in {"case:read", "lead:read"}]


@pytest.mark.parametrize("action", ABOUT_MATTERS)
def test_whatever_is_done_with_a_matter_is_closed_to_whom_it_is_about(action):
    actors = {row[0] for row in POLICY_TABLE}
    found = [(actor, scope) for actor in actors for scope in scope_of(actor, action)]
    assert found
    assert all(scope.blind_to == actor.bodies for actor, scope in found)


def test_an_unknown_action_is_an_error():
    with pytest.raises(UnknownAction):
        permitted(OWNER, "case:close", organisation_path=PATHS[UNIVERSITY])


READERS_ONLY = [LEADER, DISCIPLINE, AUDITOR, ADMINISTRATOR]


@pytest.mark.parametrize("actor", READERS_ONLY, ids=lambda actor: actor.appointments[0].role)
def test_who_only_reads_changes_no_case(actor):
    changing = {action for action in ACTIONS if action.startswith("case:") and action != "case:read"}
    assert not {action for action in changing if scope_of(actor, action)}


def test_who_reported_is_seen_by_the_lead_officer_and_the_discipline_role_only():
    seers = {role for role in Role if scope_of(everywhere(role), "lead:reporter")}
    assert seers == {Role.LEAD_OFFICER, Role.DISCIPLINE_OFFICER}


def everywhere(role):
    return make_actor(3, *((role, organisation_id) for organisation_id in PATHS))


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": (1, 2)},
        {"path": ()},
        {"organisation_kind": "discipline", "path": (7,)},
        {"organisation_kind": "college", "path": (1, 7)},
    ],
)
def test_an_appointment_that_says_half_is_no_appointment(wrong):
    given = {"role": Role.INVESTIGATOR, "organisation_id": 7, "organisation_kind": "university", "path": (1, 7)}
    with pytest.raises(ValueError, match=r"path|stands under|names the college"):
        Appointment(**(given | wrong))
