"""From the files of a university to an accepted case: import, screening, shares, work, a newer export, review."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from casework import clock, journal
from casework.cases.models import Case, Move
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.add_evidence import add_evidence
from casework.operations.advance import advance
from casework.operations.assign import share_out
from casework.operations.log_verification import log_verification
from casework.operations.open_cases import open_cases
from casework.operations.propose_correction import propose_correction
from casework.operations.screen import screen
from casework.people import queries as people
from casework.screening.models import Run
from tests.casework.sample_university import (
    INVESTIGATORS,
    SUPERVISOR,
    UNIVERSITY,
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    round_,
)

MONDAY = datetime(2024, 7, 29, 2, 0, tzinfo=UTC)
NEW = "91420100926369864J"
PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


def screened():
    with unit_of_work():
        run = screen(organisation=organisation(), round_=round_(), actor=officer(SUPERVISOR))
    with unit_of_work() as session:
        return open_cases(session.get_one(Run, run.id), actor=officer(SUPERVISOR))


@pytest.fixture(autouse=True)
def _monday(app):
    with clock.stopped_at(MONDAY):
        open_university()
        yield


def test_a_wrong_credit_code_is_found_worked_corrected_upstream_seen_and_accepted(settings, tmp_path):
    wrong = {"统一社会信用代码": "12345", "毕业去向类别代码": "10"}
    hand_in(registration(tmp_path, graduate(1, **wrong), graduate(2), graduate(3)), settings)
    hand_in(UNIVERSITY / "operators.csv", settings)
    [number] = [case.number for case in screened().opened if case.subject_key.endswith("0001")]

    with unit_of_work() as session:
        case = session.scalars(select(Case).filter_by(number=number)).one()
        among = [people.find_person(login) for login in INVESTIGATORS]
        [shared] = share_out([case], among=among, actor=officer(SUPERVISOR))
        owner = shared.owner.login
    with unit_of_work():
        case = mine(number)
        advance(case, "begin", actor=officer(owner))
        for method, kind in (("phone", "graduate"), ("register_query", "public_register")):
            log_verification(case, method=method, evidence_class=kind, result="contradicts", actor=officer(owner))
        evidence = add_evidence(
            case,
            name="营业执照.pdf",
            content=PDF,
            evidence_class="original_document",
            actor=officer(owner),
            settings=settings,
        )
        propose_correction(
            case,
            record=case.records[0].record,
            field="credit_code",
            new=NEW,
            evidence=evidence,
            actor=officer(owner),
        )
    with pytest.raises(Exception, match="还不是更正后的值"), unit_of_work():
        advance(mine(number), "conclude", actor=officer(owner), conclusion="corrected")
    assert mine(number).state == "investigating"

    right = graduate(1, **wrong | {"统一社会信用代码": NEW})
    newer = registration(tmp_path, right, graduate(2), graduate(3), name="newer.csv")
    hand_in(newer, settings, taken_on=date(2024, 7, 30))
    assert "correction_seen" in actions(number)
    with unit_of_work():
        advance(mine(number), "conclude", actor=officer(owner), conclusion="corrected", note="代码录入有误")
    with unit_of_work():
        advance(mine(number), "accept", actor=officer(SUPERVISOR))

    case = mine(number)
    assert (case.state, case.conclusion, case.accepted_by.login, case.due_at) == (
        "corrected",
        "corrected",
        SUPERVISOR,
        None,
    )
    told = [action for action in actions(number) if action in {"open", "assign", "begin", "conclude", "accept"}]
    assert told == ["open", "assign", "begin", "conclude", "accept"]
    assert not [again for again in screened().opened if again.subject_key == case.subject_key]
    assert list(journal.verify(organisation().id)) == []


def mine(number):
    return db.session.scalars(select(Case).filter_by(number=number)).one()


def actions(number):
    return list(db.session.scalars(select(Move.action).join(Case).where(Case.number == number).order_by(Move.id)))
