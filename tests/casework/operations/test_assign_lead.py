import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.journal import JournalEntry, JournalSecret
from casework.notices.models import Message
from casework.operations.assign_lead import assign_lead
from casework.operations.look_at_reporter import look_at_reporter
from tests.casework.leads.office import read
from tests.casework.notices.office import OPENED


def assign(leads, lead, to, name="officer", **given):
    with clock.stopped_at(OPENED), unit_of_work():
        assign_lead(lead, to=leads.people[to], actor=leads.actor(name), **given)
    return read(lead.number)


def test_another_officer_gets_the_lead_and_hears_of_it_and_the_clock_goes_on(leads):
    lead = leads.take()
    due = lead.due_at
    lead = assign(leads, lead, "colleague", reason="熟悉该院系")
    assert (lead.officer.login, lead.due_at) == ("colleague", due)
    assert [step.params for step in lead.steps if step.action == "assign"] == [{"to": "colleague"}]
    told = db.session.scalars(select(Message).filter_by(person_id=leads.people["colleague"].id)).all()
    assert {row.kind for row in told} == {"lead_assigned"}


def test_nobody_gets_a_lead_who_could_not_work_on_it_or_without_a_reason(leads):
    lead = leads.take()
    for to, given, code in (
        ("supervisor", {"reason": "x"}, "no_right"),
        ("elsewhere", {"reason": "x"}, "no_right"),
        ("discipline", {"reason": "x"}, "no_right"),
        ("colleague", {}, "reason_missing"),
    ):
        with pytest.raises(Conflict) as refused:
            assign(leads, lead, to, **given)
        assert refused.value.code == code
    assert (read(lead.number).officer.login, len(read(lead.number).steps)) == ("officer", 1)


def test_whoever_is_away_or_gone_gets_nothing_and_a_closed_lead_goes_to_nobody(leads):
    lead = leads.take()
    leads.away("colleague")
    with pytest.raises(Conflict) as refused:
        assign(leads, lead, "colleague", reason="x")
    assert refused.value.code == "absent"
    leads.move(lead, "decline", reason="咨询")
    leads.move(lead, "confirm_decline", "above")
    with pytest.raises(Conflict) as refused:
        assign(leads, lead, "above", "above", reason="x")
    assert refused.value.code == "closed"


def test_a_lead_without_an_officer_takes_no_reason(leads):
    leads.away("officer", "colleague")
    lead = leads.take()
    assert lead.officer is None
    assert assign(leads, lead, "above", "above").officer.login == "above"


def test_a_look_at_the_reporter_needs_the_right_and_a_reason_and_stands_in_the_chain_of_looks(leads):
    lead = leads.take(reporter={"name": "欧阳晓明", "phone": "13812346021"}, named=True)
    with pytest.raises(Forbidden):
        look_at_reporter(lead, actor=leads.actor("supervisor"), reason="核对")
    with pytest.raises(Invalid):
        look_at_reporter(lead, actor=leads.actor("officer"), reason=" ")
    assert not db.session.scalars(select(JournalEntry).filter_by(chain="looks")).all()
    with unit_of_work():
        found = look_at_reporter(lead, actor=leads.actor("officer"), reason="回电核实细节")
    assert found == {"name": "欧阳晓明", "phone": "13812346021"}
    entry = db.session.scalars(select(JournalEntry).filter_by(chain="looks")).one()
    assert (entry.action, entry.subject, entry.facts) == ("lead:reporter", lead.number, {})
    assert [secret.value for secret in db.session.scalars(select(JournalSecret))] == ["回电核实细节"]
    anonymous = leads.take()
    with unit_of_work():
        assert look_at_reporter(anonymous, actor=leads.actor("officer"), reason="回电") == {}
