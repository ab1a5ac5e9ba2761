"""What is about the people: mandates, ties, sessions, questions about their reading, requests to the level above."""

from datetime import date
from typing import Any

from casework.cases.above import Referral
from casework.cases.models import Case
from casework.db import db
from casework.intake.models import Record
from casework.overview.erasures import Erasure
from casework.overview.reading_models import ReadingQuestion
from casework.people.actors import path_of
from casework.people.models import Relation
from casework.people.sign_in import SignIn
from casework.reports.models import Mandate
from tests.access.bodies import Staff
from workflows.access import Role

ASKED = f"{Role.SUPERVISOR}@own"


def add_rights(made: Any) -> None:
    """Add a thing of each kind to the office."""
    staff: Staff = made.staff
    own, supervisor = staff.bodies["own"], staff.people[ASKED]
    colleague = staff.person(Role.VICE_LEADER, "own")
    mandate = Mandate(
        organisation_id=own.id, kind="delegate", slot="party_leader", person_id=colleague.id,
        principal_id=staff.person(Role.PARTY_LEADER, "own").id, valid_from=date(2024, 7, 1),
        valid_to=date(2099, 1, 1), document="校办〔2024〕1号", recorded_by_id=supervisor.id,
    )  # fmt: skip
    bound = staff.person(Role.INVESTIGATOR, "own")
    tie = Relation(person_id=bound.id, kind="counsellor", value="班级一", declared_by_id=bound.id)
    question = ReadingQuestion(
        organisation_id=own.id, person_id=staff.person(Role.INVESTIGATOR, "own").id, kind="bulk",
        day=date(2024, 7, 29), asked_role=Role.SUPERVISOR.value, asked_body_id=own.id,
        facts={"n": 40, "usual": "2"},
    )  # fmt: skip
    case = db.session.query(Case).filter_by(organisation_id=own.id, state="investigating").first()
    referral = Referral(
        case_id=case.id, asked_by_body_id=own.id, asked_of_id=staff.bodies["province"].id, cause="asked",
        asked_by_id=supervisor.id, reason="本单位人员均须回避",
    )  # fmt: skip
    erasure = Erasure(organisation_id=own.id, round_id=made.round_.id, over_on=date(2034, 12, 31))
    db.session.add_all([mandate, tie, question, referral, erasure])
    db.session.flush()
    inside = {"organisation_path": path_of(own)}
    record = db.session.query(Record).filter_by(organisation_id=own.id).first()
    made.add("erasure", {"ref": erasure.ref}, facts=inside)
    made.add("record", {"ref": record.ref}, facts=inside)
    made.add("mandate", {"ref": mandate.ref}, facts=inside)
    made.add("tie", {"ref": tie.ref}, facts=inside, whose=f"{Role.INVESTIGATOR}@own")
    made.add("question", {"ref": question.ref}, facts=inside, whose=ASKED)
    asked = {"organisation_path": path_of(staff.bodies["province"])}
    made.add("referral", {"ref": referral.ref, "number": case.number}, facts=asked)


def add_session(made: Any) -> None:
    """Add the session of somebody, once they are signed in."""
    session = db.session.query(SignIn).filter_by(person_id=made.staff.people[ASKED].id).first()
    made.add("session", {"ref": session.ref}, whose=ASKED)
