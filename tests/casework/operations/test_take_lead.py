from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry, JournalSecret
from casework.leads.models import Lead, LeadCounter
from casework.notices.models import Message
from tests.casework.leads.office import read
from tests.casework.notices.office import OPENED, beijing

REPORTER = {"name": "欧阳晓明", "phone": "13812346021"}


def test_a_lead_is_numbered_timed_given_to_an_officer_and_journalled_without_anything_personal(leads):
    lead = read(leads.take(channel="PROV_PHONE", reporter=REPORTER, named=True, external_no="鄂转〔2024〕15号").number)
    assert (lead.number, lead.state, lead.organisation.code) == ("LCX24-0001", "received", "LC")
    assert (lead.respond_by, lead.reply_upward_by) == (beijing(7, 25, 23, 59) + timedelta(seconds=59),) * 2
    assert (lead.due_at, lead.due_clock, [row["code"] for row in lead.due_why][:2]) == (
        lead.respond_by,
        "upward",
        ["start", "limit"],
    )
    assert lead.officer.login == "officer"
    assert [(step.action, step.to_state) for step in lead.steps] == [("take", "received")]
    entry = db.session.scalars(select(JournalEntry).filter_by(action="lead:take")).one()
    assert (entry.subject, entry.organisation_id) == (lead.number, lead.organisation_id)
    assert entry.facts == {"channel": "PROV_PHONE", "named": True, "batch": "", "reply_by": None}
    assert db.session.scalar(select(func.count()).select_from(JournalSecret)) == 0
    assert leads.take().number == "LCX24-0002"


def test_what_was_said_and_who_said_it_is_sealed_at_rest(leads):
    lead = leads.take(reporter=REPORTER, about={"student_nos": ["202022100001"]})
    row = db.session.connection().exec_driver_sql(
        f"SELECT title, content, reporter, about FROM leads WHERE id = {lead.id}"  # noqa: S608 - our own number
    )
    told = ("来电人", "未签协议", "欧阳", "13812346021", "2020221")
    for value in row.one():
        assert not any(word.encode() in bytes(value) for word in told)
    assert read(lead.number).reporter == REPORTER


def test_the_letters_own_day_goes_before_the_channels(leads):
    lead = leads.take(channel="PETITION", reply_by=date(2024, 8, 9))
    assert (lead.respond_by, lead.due_clock) == (None, "upward")
    assert lead.due_at == beijing(8, 9, 23, 59) + timedelta(seconds=59)
    assert [row["code"] for row in lead.due_why] == ["letter"]


PLACES = (
    ({}, "LC", "officer"),
    ({"concerns": "university"}, "P", "above"),
    ({"concerns": "province"}, "M", "top"),
    ({"concerns": "other"}, "LC", "colleague"),
    ({"concerns": "college"}, "LC", "officer"),
    ({"organisation": "province", "concerns": "university"}, "P", "above"),
)


def test_what_is_about_the_handling_body_or_one_above_is_taken_in_above_it(leads):
    for given, handled, officer in PLACES:
        lead = leads.take(**{name: leads.bodies[body] for name, body in given.items()})
        found = (lead.organisation.code, lead.number.partition("X")[0], lead.officer.login)
        assert found == (handled, handled, officer), given


def test_what_went_up_leaves_no_trace_in_the_body_that_it_is_about(leads):
    leads.take(concerns=leads.bodies["university"], actor=leads.actor("officer"))
    here = leads.bodies["university"].id
    for model in (Lead, LeadCounter, JournalEntry, Message):
        assert db.session.scalar(select(func.count()).select_from(model).filter_by(organisation_id=here)) == 0


def test_the_highest_body_has_nobody_above_and_that_is_said(leads):
    with pytest.raises(Conflict) as refused:
        leads.take(organisation=leads.bodies["ministry"], concerns=leads.bodies["ministry"])
    assert refused.value.code == "nobody_above"


def test_the_same_letter_of_the_same_channel_is_taken_in_once(leads):
    first = leads.take(channel="PROV_PHONE", external_no="15")
    with pytest.raises(Conflict) as refused:
        leads.take(channel="PROV_PHONE", external_no=" 15 ")
    assert (refused.value.code, refused.value.params["number"]) == ("already_taken", first.number)
    sent = {"channel": "PROV_PHONE", "external_no": "16", "actor": leads.actor("officer")}
    hidden = leads.take(concerns=leads.bodies["university"], **sent)
    with pytest.raises(Conflict) as refused:
        leads.take(concerns=leads.bodies["university"], **sent)
    assert (refused.value.code, refused.value.params) == ("already_taken", {})
    assert hidden.number not in refused.value.message
    leads.take(channel="MOE_PHONE", external_no="15")
    leads.take(channel="PROV_PHONE")
    leads.take(channel="PROV_PHONE")
    assert db.session.scalar(select(func.count()).select_from(Lead)) == 5


MALFORMED = (
    ({"title": " "}, "title"),
    ({"title": "字" * 201}, "title"),
    ({"content": ""}, "content"),
    ({"content": "字" * 20_001}, "content"),
    ({"channel": "PIGEON"}, "channel"),
    ({"received_at": OPENED + timedelta(minutes=1)}, "received_at"),
    ({"external_no": "1\n2"}, "external_no"),
    ({"about": {"names": ["欧阳"]}}, "names"),
    ({"about": {"units": "文学院"}}, "units"),
    ({"about": {"units": [1]}}, "units"),
)


def test_what_is_not_well_formed_is_refused_by_field_and_leaves_nothing(leads):
    for given, field in MALFORMED:
        with pytest.raises(Invalid) as refused:
            leads.take(**given)
        assert field in refused.value.fields, given
    for model in (Lead, LeadCounter):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_a_closed_round_takes_in_nothing(leads):
    with unit_of_work():
        leads.office.round.closed_at = OPENED
    with pytest.raises(Conflict) as refused:
        leads.take()
    assert refused.value.code == "round_closed"


def test_only_lead_officers_of_the_place_take_leads_in(leads):
    for name, refusal in (("supervisor", Forbidden), ("owner", Forbidden), ("elsewhere", NotFound)):
        with pytest.raises(refusal):
            leads.take(actor=leads.actor(name))
    assert db.session.scalar(select(func.count()).select_from(Lead)) == 0


def test_whoever_took_it_in_keeps_it_else_it_goes_to_whoever_is_there_with_least_to_do(leads):
    assert leads.take(actor=leads.actor("colleague")).officer.login == "colleague"
    assert [leads.take().officer.login for _ in range(3)] == ["officer", "officer", "colleague"]
    leads.away("officer")
    assert leads.take().officer.login == "colleague"
    leads.away("colleague")
    assert leads.take().officer is None


def test_an_officer_is_told_of_what_came_to_them_but_not_of_what_they_took_in_themselves(leads):
    leads.take(actor=leads.actor("officer"))
    with clock.stopped_at(OPENED):
        assert not db.session.scalars(select(Message)).all()
    lead = leads.take()
    rows = db.session.scalars(select(Message)).all()
    assert {(row.kind, row.lead_id, row.person_id) for row in rows} == {("lead_assigned", lead.id, lead.officer_id)}
    assert all("reporter" not in row.params and "title" not in row.params for row in rows)
