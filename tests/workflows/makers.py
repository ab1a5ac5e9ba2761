"""Makers of actors and cases: each gives something that passes every rule, a test then spoils one fact."""

from datetime import UTC, date, datetime

from workflows.access import Actor, Appointment, Role
from workflows.case_facts import CaseFacts, Conclusion, Correction, Kind, ManifestFacts, Measure, Rectification
from workflows.evidence import EvidenceClass, Method, Result, Verification
from workflows.severity import Severity

MINISTRY, PROVINCE, UNIVERSITY, OTHER_UNIVERSITY = 1, 117, 201, 202
COLLEGE, OTHER_COLLEGE, UNIVERSITY_DISCIPLINE, PROVINCE_DISCIPLINE = 301, 302, 401, 402
OTHER_PROVINCE = 118
PATHS = {
    MINISTRY: (MINISTRY,),
    PROVINCE: (MINISTRY, PROVINCE),
    OTHER_PROVINCE: (MINISTRY, OTHER_PROVINCE),
    UNIVERSITY: (MINISTRY, PROVINCE, UNIVERSITY),
    OTHER_UNIVERSITY: (MINISTRY, PROVINCE, OTHER_UNIVERSITY),
    COLLEGE: (MINISTRY, PROVINCE, UNIVERSITY, COLLEGE),
    UNIVERSITY_DISCIPLINE: (MINISTRY, PROVINCE, UNIVERSITY, UNIVERSITY_DISCIPLINE),
    PROVINCE_DISCIPLINE: (MINISTRY, PROVINCE, PROVINCE_DISCIPLINE),
}
KINDS = {
    MINISTRY: "ministry",
    PROVINCE: "province",
    OTHER_PROVINCE: "province",
    UNIVERSITY: "university",
    OTHER_UNIVERSITY: "university",
    COLLEGE: "college",
    UNIVERSITY_DISCIPLINE: "discipline",
    PROVINCE_DISCIPLINE: "discipline",
}
TODAY = date(2024, 8, 2)
NOW = datetime(2024, 8, 2, 2, tzinfo=UTC)


def make_actor(person_id, *posts):
    appointments = tuple(
        Appointment(
            role,
            organisation_id,
            KINDS[organisation_id],
            PATHS[organisation_id],
            college_id=organisation_id if KINDS[organisation_id] == "college" else None,
        )
        for role, organisation_id in posts
    )
    return Actor(person_id, f"人员{person_id}", appointments)


OWNER = make_actor(1, (Role.INVESTIGATOR, UNIVERSITY))
COLLEAGUE = make_actor(2, (Role.INVESTIGATOR, UNIVERSITY))
SUPERVISOR = make_actor(13, (Role.SUPERVISOR, UNIVERSITY))
OTHER_SUPERVISOR = make_actor(14, (Role.SUPERVISOR, OTHER_UNIVERSITY))
PROVINCE_SUPERVISOR = make_actor(21, (Role.SUPERVISOR, PROVINCE))
LEADER = make_actor(18, (Role.PARTY_LEADER, UNIVERSITY))
ADMIN_LEADER = make_actor(19, (Role.ADMIN_LEADER, UNIVERSITY))
DISCIPLINE = make_actor(20, (Role.DISCIPLINE_OFFICER, UNIVERSITY_DISCIPLINE))
PEOPLE = (OWNER, COLLEAGUE, SUPERVISOR, OTHER_SUPERVISOR, PROVINCE_SUPERVISOR, LEADER, ADMIN_LEADER, DISCIPLINE)


def make_verification(**facts):
    given = {
        "by_id": OWNER.id,
        "method": Method.PHONE,
        "evidence_class": EvidenceClass.GRADUATE,
        "result": Result.CONTRADICTS,
        "at": NOW,
    }
    return Verification(**(given | facts))


def make_attempt(method=Method.PHONE, **facts):
    return make_verification(method=method, result=Result.UNREACHABLE, **facts)


BY_PHONE = make_verification()
BY_LETTER = make_verification(method=Method.LETTER, evidence_class=EvidenceClass.EMPLOYER)
CORRECTION = Correction("destination_code", "10", "50", evidence_attached=True, registered_value="50")
MEASURE = Measure("停止以实习证明作为就业证明", TODAY, "余健启", done=True)
PLAN = Rectification("不再出现同类问题", (MEASURE,))
MANIFEST = ManifestFacts(
    "ZC24-01",
    valid=True,
    dossier_hash="aa",
    slots=("party", "admin"),
    signed=("party", "admin"),
    recipients=("discipline", "province"),
    receipted=("discipline", "province"),
)


def make_case(state="investigating", **facts):
    given = {
        "number": "LC24-0417",
        "organisation_path": PATHS[UNIVERSITY],
        "kind": Kind.RECORD,
        "severity": Severity.HIGH,
        "subject_key": "record:7",
        "owner_id": OWNER.id,
        "verifications": (BY_PHONE, BY_LETTER),
        "corrections": (CORRECTION,),
        "rectification": PLAN,
        "accepted": state in {"signed_off", "filed"},
        "dossier_hash": "aa",
        "manifest": MANIFEST,
        "merged_from_state": "investigating" if state == "merged" else None,
    }
    return CaseFacts(state=state, **(given | facts))


CONCLUDED = {"conclusion": Conclusion.CORRECTED}
