"""A report whose slots nobody can fill is found the same day: ties, leave, mandates that end, one person for two."""

from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Message
from casework.operations.orphan_reports import orphan_reports
from casework.operations.record_mandate import record_mandate
from casework.people.actors import actor_of
from casework.people.models import Relation
from casework.reports.models import Report
from tests.casework.factories import make_case
from tests.casework.operations.reporting import frozen, make_office, prepare, sign
from workflows.errors import Refused

STUDENT = "2020221000417"


@pytest.fixture
def office(app, settings):
    with unit_of_work():
        office = make_office()
        prepare(office)
        case = make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        case.records[0].record.student_no = STUDENT
        frozen(office, settings)
    return office


def tied(office, who):
    getattr(office, who).relations.append(Relation(kind="kin", value=STUDENT))


def away(office, who):
    getattr(office, who).absent_until = clock.today() + timedelta(days=3)


def mandated(office, slot, delegate="vice_leader"):
    today = clock.today()
    record_mandate(
        organisation=office.organisation, round_=office.round_, slot=slot, delegate=getattr(office, delegate),
        principal=getattr(office, slot), valid_from=today - timedelta(days=2), valid_to=today, document="授权3号",
        reason="外出", actor=actor_of(office.supervisor),
    )  # fmt: skip


SITUATIONS = (
    # what stands in the way, in order; what the detector says today, and tomorrow
    ((), None, None),
    ((("tied", "party_leader"),), "slot_unfilled", "slot_unfilled"),
    ((("tied", "party_leader"), ("mandated", "party_leader")), None, "slot_unfilled"),
    ((("mandated", "party_leader"), ("tied", "party_leader"), ("tied", "vice_leader")), "slot_unfilled",
     "slot_unfilled"),
    ((("away", "party_leader"), ("mandated", "party_leader")), None, "slot_unfilled"),
    ((("away", "party_leader"), ("away", "admin_leader"), ("mandated", "party_leader"), ("mandated", "admin_leader")),
     "same_person", "slot_unfilled"),
)  # fmt: skip
HAPPENS = {"tied": tied, "away": away, "mandated": mandated}


@pytest.mark.parametrize(("happened", "today", "tomorrow"), SITUATIONS)
def test_the_detector_knows_ties_leave_and_mandates_that_end(office, happened, today, tomorrow):
    with unit_of_work():
        for what, who in happened:
            HAPPENS[what](office, who)
    later = clock.now() + timedelta(days=1)
    with unit_of_work():
        found = [row.reason.code for row in orphan_reports(office.round_)]
    with clock.stopped_at(later), unit_of_work():
        then = [row.reason.code for row in orphan_reports(office.round_)]
    assert (found, then) == ([today] if today else [], [tomorrow] if tomorrow else [])
    said = db.session.query(Message).filter_by(kind="report_orphaned", person_id=office.supervisor.id).count()
    assert said == (today is not None) + (tomorrow is not None)


def test_a_leader_with_a_tie_to_a_case_in_it_cannot_sign_and_the_refusal_says_which_kind(office):
    report = db.session.query(Report).one()
    with unit_of_work():
        tied(office, "party_leader")
    with pytest.raises(Refused, match="近亲属") as refused, unit_of_work():
        sign(report, "party_leader", office.party_leader)
    db.session.rollback()
    assert STUDENT not in str(refused.value)
    assert report.signatures == []
    with unit_of_work():
        sign(report, "admin_leader", office.admin_leader)
