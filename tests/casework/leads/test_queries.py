from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import NotFound
from casework.leads import queries
from casework.leads.models import Lead
from casework.people.models import Appointment
from tests.casework.notices.office import OPENED
from workflows.access import SYSTEM
from workflows.lead import OPEN


def seen_by(leads, name, action="lead:read"):
    return set(db.session.scalars(queries.visible_leads(leads.actor(name), action).with_only_columns(Lead.number)))


@pytest.fixture
def taken(leads):
    """Leads about nobody, about the university, about its sister and about the province, each where it belongs."""
    return {
        "plain": leads.take().number,
        "about_us": leads.take(concerns=leads.bodies["university"]).number,
        "about_them": leads.take(organisation=leads.bodies["province"], concerns=leads.bodies["other"]).number,
        "about_province": leads.take(concerns=leads.bodies["province"]).number,
        "theirs": leads.take(organisation=leads.bodies["other"]).number,
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("officer", {"plain"}),
        ("elsewhere", {"theirs"}),
        ("above", {"plain", "about_us", "about_them", "theirs"}),
        ("top", {"plain", "about_us", "about_them", "about_province", "theirs"}),
        ("supervisor", set()),
        ("owner", set()),
        ("party", set()),
        ("administrator", set()),
        ("discipline", set()),
    ],
)
def test_each_sees_the_leads_of_their_own_place_and_below_and_never_one_about_their_own_body(
    leads, taken, name, expected
):
    assert seen_by(leads, name) == {taken[each] for each in expected}
    for each, number in taken.items():
        if each in expected:
            assert queries.get_lead(number, leads.actor(name)).number == number
        else:
            with pytest.raises(NotFound):
                queries.get_lead(number, leads.actor(name))


def test_a_second_office_elsewhere_opens_no_door_to_what_is_about_ones_own_body(leads, taken):
    with unit_of_work():
        seat = Appointment(organisation_id=leads.bodies["province"].id, role="lead_officer", since=date(2024, 1, 1))
        leads.people["officer"].appointments.append(seat)
    assert seen_by(leads, "officer") == {taken[each] for each in ("plain", "about_them", "theirs")}


def test_the_discipline_body_sees_conduct_alone(leads, taken):
    with unit_of_work():
        db.session.scalars(select(Lead).filter_by(number=taken["plain"])).one().scope = "conduct"
    assert seen_by(leads, "discipline") == {taken["plain"]}


def test_a_number_that_does_not_exist_and_one_out_of_sight_are_told_alike(leads, taken):
    said = []
    for number in (taken["about_us"], "LCX24-9999"):
        with pytest.raises(NotFound) as refused:
            queries.get_lead(number, leads.actor("officer"))
        said.append((refused.value.code, str(refused.value).replace(number, "…")))
    assert said[0] == said[1]


def test_supervisors_see_how_much_is_late_and_nothing_else(leads, taken):
    with clock.stopped_at(OPENED + timedelta(days=5)):
        assert queries.late_by_organisation(leads.actor("supervisor")) == {leads.bodies["university"].id: 1}
        above = queries.late_by_organisation(leads.actor("province"))
        assert above == {leads.bodies["university"].id: 1, leads.bodies["province"].id: 2, leads.bodies["other"].id: 1}
        assert queries.late_by_organisation(leads.actor("vice")) == {leads.bodies["university"].id: 1}
        assert queries.late_by_organisation(leads.actor("vice"), round_id=0) == {}
        assert queries.late_by_organisation(leads.actor("owner")) == {}
    assert seen_by(leads, "supervisor") == set()
    assert taken


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        ("untaken", {"received", "transferred"}),
        ("open", set(OPEN)),
        ("late", set(OPEN)),
        ("upward", set(OPEN)),
        ("asked", set(OPEN)),
    ],
)
def test_a_need_is_what_somebody_still_has_to_do(leads, need, expected):
    states = (*OPEN, "answered", "declined", "merged")
    for state in states:
        lead = leads.take(channel="PROV_PHONE")
        with unit_of_work():
            setattr(lead, "state", state)  # noqa: B010 - the one writer of states is tested elsewhere
            lead.talks.append(queries.LeadTalk(kind="question", words="请补充单位名称。"))
    with clock.stopped_at(OPENED + timedelta(days=5)):
        found = db.session.scalars(select(Lead.state).where(queries.NEEDS[need]()))
        assert set(found) == expected


def test_nobody_waits_for_a_reporter_who_has_answered(leads):
    lead = leads.take()
    for kind, waits in (
        ("question", True),
        ("upward", True),
        ("addition", False),
        ("question", True),
        ("answer", False),
    ):
        with unit_of_work():
            lead.talks.append(queries.LeadTalk(kind=kind, words="…"))
        found = db.session.scalars(select(Lead.id).where(queries.waits_for_reporter())).all()
        assert bool(found) is waits, kind


def test_the_service_itself_sees_every_lead(taken):
    assert set(db.session.scalars(queries.visible_leads(SYSTEM).with_only_columns(Lead.number))) == set(taken.values())
