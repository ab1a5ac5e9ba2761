"""A lead officer keeps away from a lead that names them, or whose graduate or employer is theirs, in every part."""

import pytest

from casework import clock
from casework.doors.unit import unit_of_work
from casework.errors import Conflict
from casework.operations.assign_lead import assign_lead
from casework.operations.declare_tie import declare_tie
from casework.operations.second_person import second_people
from tests.casework.leads.office import read
from tests.casework.notices.office import OPENED

STUDENT, EMPLOYER = "2020221000417", "江汉样本科技有限公司"


def declare(leads, name, kind, value):
    with clock.stopped_at(OPENED), unit_of_work():
        return declare_tie(leads.people[name], kind=kind, value=value, actor=leads.actor(name))


@pytest.mark.parametrize(
    ("about", "kind", "value", "loses"),
    [
        ({"student_nos": [STUDENT]}, "kin", STUDENT, True),
        ({"student_nos": [STUDENT]}, "counsellor", STUDENT, True),
        ({"employers": [EMPLOYER]}, "employer", EMPLOYER, True),
        ({"student_nos": [STUDENT]}, "kin", "2020221000418", False),
        ({}, "kin", STUDENT, False),
    ],
)
def test_an_officer_who_declares_loses_the_lead_to_a_colleague_and_its_clock_goes_on(leads, about, kind, value, loses):
    lead = leads.take(about=about)
    due, had = lead.due_at, lead.officer.login
    made = declare(leads, had, kind, value)
    lead = read(lead.number)
    assert made.kept_from.leads == ((lead.number,) if loses else ())
    assert (lead.officer.login != had, lead.due_at) == (loses, due)


def test_whom_a_lead_names_gets_it_from_nobody_takes_no_step_and_confirms_nothing(leads):
    lead = leads.take(content="来电人称 officer 老师要求补签协议。")
    assert lead.officer.login == "colleague"
    with pytest.raises(Conflict) as refused, clock.stopped_at(OPENED), unit_of_work():
        assign_lead(lead, to=leads.people["officer"], actor=leads.actor("above"), reason="x")
    assert (refused.value.code, "线索反映" in str(refused.value)) == ("officer_conflict", False)
    lead = read(lead.number)
    with pytest.raises(Conflict) as refused:
        leads.move(lead, "triage", "officer")
    assert refused.value.code == "officer_conflict"
    lead = read(lead.number)
    assert (lead.officer.login, lead.state) == ("colleague", "received")
    who = second_people(lead, proposer_id=leads.people["colleague"].id)
    assert [person.login for person in (*who.here, *who.above)] == ["above", "top"]
