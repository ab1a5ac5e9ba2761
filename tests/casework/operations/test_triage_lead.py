import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import CaseLead
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry, verify
from casework.leads.queries import get_lead
from casework.notices.models import Message
from casework.operations.triage_lead import triage_lead
from tests.casework.leads.office import read
from tests.casework.notices.office import OPENED


def triage(leads, lead, name="officer", **given):
    with clock.stopped_at(OPENED), unit_of_work():
        triage_lead(lead, actor=leads.actor(name), **given)
    return read(lead.number)


def test_what_is_given_is_written_and_the_rest_stays(leads):
    lead = leads.take()
    lead = triage(leads, lead, scope="conduct", about={"units": [" 文学院 ", ""]}, violations=["N1", "N1"])
    assert (lead.scope, lead.about, lead.violations) == ("conduct", {"units": ["文学院"]}, ["N1"])
    lead = triage(leads, lead, about={"places": ["武汉"]})
    assert (lead.scope, lead.about, lead.violations) == ("conduct", {"places": ["武汉"]}, ["N1"])
    facts = [entry.facts for entry in db.session.scalars(select(JournalEntry).filter_by(action="lead:triage"))]
    assert facts == [{"scope": "conduct", "violations": ["N1"]}] * 2


@pytest.mark.parametrize(
    ("body", "went_to", "hears"), [("university", "P", "above"), ("province", "M", "top"), ("ministry", None, None)]
)
def test_what_turns_out_to_be_about_the_handling_body_goes_up_in_the_same_step(leads, body, went_to, hears):
    lead = leads.take()
    if went_to is None:
        with pytest.raises(Conflict) as refused:
            triage(leads, lead, concerns=leads.bodies[body])
        assert refused.value.code == "nobody_above"
        assert (read(lead.number).concerns_id, read(lead.number).organisation.code) == (None, "LC")
        return
    lead = triage(leads, lead, concerns=leads.bodies[body])
    assert (lead.organisation.code, lead.state, lead.officer.login) == (went_to, "transferred", hears)
    assert lead.concerns_id == leads.bodies[body].id
    for name in ("officer", "colleague"):
        with pytest.raises(NotFound):
            get_lead(lead.number, leads.actor(name))
    assert get_lead(lead.number, leads.actor(hears)).number == lead.number
    said = db.session.scalars(select(Message).where(Message.person_id == leads.people[hears].id)).all()
    assert {row.kind for row in said} == {"lead_assigned"}


def test_what_was_merged_goes_up_with_the_lead_that_goes_on(leads):
    lead, merged = leads.take(), leads.take(external_no="15")
    leads.move(merged, "merge", survivor=lead)
    university = leads.bodies["university"]
    triage(leads, lead, concerns=university)
    merged = read(merged.number)
    assert (merged.state, merged.organisation.code, merged.concerns_id) == ("merged", "P", university.id)
    assert merged.number == "LCX24-0002"
    with pytest.raises(NotFound):
        get_lead(merged.number, leads.actor("officer"))
    told = select(JournalEntry.organisation_id).filter_by(action="lead:transfer", subject=merged.number)
    assert set(db.session.scalars(told)) == {university.id, merged.organisation_id}
    assert [step.params for step in merged.steps if step.action == "transfer"] == [
        {"from_body": "LC单位", "to_body": merged.organisation.name}
    ]
    assert not list(verify(university.id))
    leads.move(merged, "unmerge", "above", reason="不是同一事项")
    assert read(merged.number).state == "received"


def test_what_was_merged_is_about_the_same_body_when_nothing_moves(leads):
    lead, merged = leads.take(), leads.take()
    leads.move(merged, "merge", survivor=lead)
    triage(leads, lead, concerns=leads.bodies["other"])
    assert (read(merged.number).concerns_id, read(merged.number).organisation.code) == (leads.bodies["other"].id, "LC")
    triage(leads, lead, concerns_nobody=True)
    assert read(merged.number).concerns_id is None


@pytest.mark.parametrize("on_merged", [False, True])
def test_a_case_that_would_show_the_lead_to_the_body_concerned_is_unlinked_first(leads, on_merged):
    lead, merged = leads.take(), leads.take()
    case = leads.link(merged if on_merged else lead, state="investigating")
    leads.move(merged, "merge", survivor=lead)
    with pytest.raises(Conflict) as refused:
        triage(leads, lead, scope="conduct", concerns=leads.bodies["university"])
    assert (refused.value.code, refused.value.params["cases"]) == ("cases_shown", (case.number,))
    lead = read(lead.number)
    assert (lead.organisation.code, lead.concerns_id, lead.scope, len(lead.steps)) == ("LC", None, "", 1)
    with unit_of_work():
        db.session.scalars(select(CaseLead)).one().unlinked_at = OPENED
    assert triage(leads, lead, concerns=leads.bodies["university"]).organisation.code == "P"


def test_a_case_about_the_same_body_shows_nothing_and_stays_linked(leads):
    lead = leads.take()
    leads.link(lead, state="investigating", concerns_id=leads.bodies["university"].id)
    assert triage(leads, lead, concerns=leads.bodies["university"]).organisation.code == "P"


def test_what_is_about_somebody_elses_body_stays_where_it_is(leads):
    lead = triage(leads, leads.take(), concerns=leads.bodies["other"])
    assert (lead.organisation.code, lead.state, lead.concerns_id) == ("LC", "received", leads.bodies["other"].id)


def test_what_was_said_of_a_body_can_be_taken_back_above_and_the_lead_handed_down_again(leads):
    lead = triage(leads, leads.take(), concerns=leads.bodies["university"])
    lead = triage(leads, lead, "above", concerns_nobody=True)
    assert lead.concerns_id is None
    leads.move(lead, "transfer", "above", target=leads.bodies["university"], reason="不涉及学校本身")
    assert get_lead(lead.number, leads.actor("officer")).organisation.code == "LC"


def test_words_that_the_round_does_not_have_are_refused_and_nothing_is_written(leads):
    lead = leads.take()
    for given, field in (
        ({"scope": "gossip"}, "scope"),
        ({"violations": ["N9"]}, "violations"),
        ({"scope": "record", "violations": ["N1"]}, "violations"),
        ({"about": {"reporter": ["x"]}}, "reporter"),
    ):
        with pytest.raises(Invalid) as refused:
            triage(leads, lead, **given)
        assert field in refused.value.fields
    assert (read(lead.number).scope, read(lead.number).about, len(read(lead.number).steps)) == ("", {}, 1)


def test_a_closed_lead_is_reopened_first_and_nobody_else_sorts_leads(leads):
    lead = leads.take()
    with pytest.raises(Forbidden):
        triage(leads, lead, "supervisor", scope="record")
    leads.move(lead, "decline", reason="咨询")
    leads.move(lead, "confirm_decline", "colleague")
    with pytest.raises(Conflict) as refused:
        triage(leads, lead, scope="record")
    assert refused.value.code == "closed"
