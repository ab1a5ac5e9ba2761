from collections import Counter

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.jobs.deadlines import retime_all
from casework.notices import words
from casework.notices.models import Message
from casework.notices.verdicts import verdict
from casework.operations.assign_lead import assign_lead
from casework.operations.digest import digest
from casework.operations.fire_timers import fire_timers
from casework.operations.orphans import orphan_leads
from casework.operations.reply_lead import answer_reporter
from casework.operations.reproject import LEADS, reproject_slice
from casework.operations.triage_lead import triage_lead
from casework.people.models import Appointment
from tests.casework.leads.office import read
from tests.casework.notices.office import OPENED, beijing
from tests.support.statements import statements_of
from workflows.access import SYSTEM

BASE = "https://zc.example.edu"
LIST = {"channel": "UNIV_PHONE"}  # one working day: due on Thursday 25 July at midnight


def fire(moment):
    with clock.stopped_at(moment), unit_of_work():
        return fire_timers()


def told(since=0):
    return [row for row in db.session.scalars(select(Message).order_by(Message.id)) if row.id > since]


def heard(rows):
    names = dict(db.session.execute(select(Message.id, Message.person_id)).all())
    return {names[row.id] for row in rows}


def test_the_officer_is_reminded_and_after_the_date_each_level_hears_in_its_turn(leads):
    lead = leads.take(actor=leads.actor("officer"), received_at=OPENED)
    fire(beijing(7, 25, 9))
    rows = told()
    assert Counter((row.kind, row.channel) for row in rows) == {("lead_due", "inbox"): 1, ("lead_due", "simulator"): 1}
    assert heard(rows) == {leads.people["officer"].id}
    expected = [
        (beijing(7, 26, 9), {"supervisor"}),
        (beijing(7, 29, 9), {"vice"}),
        (beijing(7, 30, 9), {"party", "admin"}),
        (beijing(7, 31, 9), {"province"}),
    ]
    for moment, names in expected:
        last = told()[-1].id
        fire(moment)
        assert {(row.kind, row.channel) for row in told(last)} == {("lead_escalated", "inbox")}
        assert heard(told(last)) == {leads.people[name].id for name in names}
    assert {row.lead_id for row in told()} == {lead.id}


def test_a_message_links_to_the_lead_for_its_officer_and_to_what_is_late_for_those_above(leads):
    leads.take()
    for moment in (beijing(7, 25, 9), beijing(7, 26, 9)):
        fire(moment)
    paths = {"lead_due": "/leads/LCX24-0001", "lead_assigned": "/leads/LCX24-0001", "lead_escalated": "/overdue"}
    for kind, path in paths.items():
        text = words.text(next(row for row in told() if row.kind == kind), base_url=BASE)
        assert f"{BASE}{path}\n" in text.body, kind
        assert "LCX24-0001" in text.subject
        assert "未签" not in text.body


def test_a_lead_that_is_closed_or_answered_says_nothing_any_more(leads):
    closed, answered, open_ = leads.take(), leads.take(), leads.take()
    leads.move(closed, "decline", reason="咨询")
    leads.move(closed, "confirm_decline", "above")
    with clock.stopped_at(OPENED), unit_of_work():
        answer_reporter(answered, words="已收到。", actor=leads.actor("officer"))
    last = told()[-1].id
    fire(beijing(7, 31, 9))
    assert {row.lead_id for row in told(last)} == {open_.id}


def test_a_timer_that_was_left_armed_does_not_speak_of_what_is_closed(leads):
    lead = leads.take()
    leads.move(lead, "decline", reason="咨询")
    leads.move(lead, "confirm_decline", "above")
    with unit_of_work():
        for timer in db.session.scalars(select(Timer)):
            timer.state = "armed"
    last = told()[-1].id
    fire(beijing(7, 31, 9))
    assert not told(last)


def test_the_gate_stops_what_has_become_pointless(leads):
    def at_the_gate(lead):
        rows = [row for row in told() if row.lead_id == lead.id and row.channel == "simulator"]
        with clock.stopped_at(beijing(7, 25, 9)):
            return {(row.kind, found.note if (found := verdict(row, now=clock.now())) else "") for row in rows}

    closed, passed_on, plain, replied = (leads.take(channel="UNIV_PHONE") for _ in range(4))
    fire(beijing(7, 25, 9))
    assert at_the_gate(plain) == {("lead_assigned", ""), ("lead_due", "")}
    leads.move(closed, "decline", reason="咨询")
    leads.move(closed, "confirm_decline", "above")
    assert {note for _, note in at_the_gate(closed)} == {"the lead is closed"}
    with clock.stopped_at(OPENED), unit_of_work():
        other = "colleague" if passed_on.officer.login == "officer" else "officer"
        assign_lead(passed_on, to=leads.people[other], reason="x", actor=leads.actor("above"))
        answer_reporter(replied, words="已收到。", actor=leads.actor("officer"))
    assert ("lead_due", "the lead has another officer") in at_the_gate(passed_on)
    assert ("lead_assigned", "") in at_the_gate(passed_on)
    assert ("lead_due", "the deadline was moved") in at_the_gate(replied)


def test_nobody_hears_of_what_is_about_their_own_body_though_they_hold_an_office_above(leads):
    with unit_of_work():
        seat = Appointment(organisation_id=leads.bodies["university"].id, role="investigator")
        seat.since = OPENED.date()
        leads.people["province"].appointments.append(seat)
    lead = leads.take(concerns=leads.bodies["university"])
    with clock.stopped_at(OPENED), unit_of_work():
        lead.officer = None
    fire(beijing(8, 2, 9))
    assert leads.people["province"].id not in heard(told())


def test_a_lead_without_anybody_is_told_to_the_supervisor_once_a_day(leads):
    def look(day=24):
        with clock.stopped_at(beijing(7, day, 10)), unit_of_work():
            return [(each.lead.number, each.reason.code, each.told_role) for each in orphan_leads(leads.office.round)]

    staffed = leads.take()
    assert look() == []
    leads.away("officer", "colleague")
    nobodys = leads.take()
    assert look() == [
        (staffed.number, "all_away", "supervisor"),
        (nobodys.number, "no_candidate", "supervisor"),
    ]
    look()
    rows = [row for row in told() if row.kind == "lead_orphaned"]
    assert (len(rows), {row.channel for row in rows}) == (2, {"inbox"})
    look(25)
    assert len([row for row in told() if row.kind == "lead_orphaned"]) == 4


def test_jobs_that_look_at_many_leads_open_no_seal_and_go_by_slices(leads, monkeypatch):
    for path in ("orphans", "reproject"):
        monkeypatch.setattr(f"casework.operations.{path}.AT_ONCE", 2)
    leads.away("officer", "colleague")
    numbers = [leads.take().number for _ in range(3)]
    db.session.expire_all()
    with statements_of() as seen, clock.stopped_at(OPENED), unit_of_work():
        assert [each.lead.number for each in orphan_leads(leads.office.round)] == numbers
        assert len(reproject_slice(leads.office.round, after=(LEADS, 0), actor=SYSTEM).found) == 2
    asked = [statement for statement in seen if "FROM leads" in statement and "leads.state IN" in statement]
    assert len(asked) >= 3
    assert not [statement for statement in seen if "leads.content" in statement or "leads.reporter" in statement]


def test_a_proposal_to_decline_waits_for_somebody_else_and_is_an_orphan_without_them(leads):
    lead = leads.take()
    leads.move(lead, "decline", reason="咨询")
    with clock.stopped_at(OPENED), unit_of_work():
        assert orphan_leads(leads.office.round) == []
    leads.away("colleague")
    with clock.stopped_at(OPENED), unit_of_work():
        assert [each.reason.code for each in orphan_leads(leads.office.round)] == ["all_away"]


def test_the_night_computes_open_leads_anew_a_slice_at_a_time(leads, monkeypatch):
    monkeypatch.setattr("casework.operations.reproject.AT_ONCE", 2)
    made = [leads.take() for _ in range(3)]
    due = made[0].due_at
    with unit_of_work():
        for lead in made:
            lead.due_at = lead.respond_by = None
    with clock.stopped_at(OPENED):
        assert retime_all()["leads"] == 3
    assert {read(lead.number).due_at for lead in made} == {due}


def test_the_digest_counts_what_climbed_and_forgets_what_has_become_none_of_theirs(leads):
    stays, goes = leads.take(), leads.take()
    fire(beijing(7, 26, 9))

    def escalated(day):
        with clock.stopped_at(beijing(7, day, 10)), unit_of_work():
            digest(beijing(7, day).date())
        who = leads.people["supervisor"].id
        wanted = select(Message).filter_by(kind="digest", person_id=who).order_by(Message.id.desc())
        return db.session.scalars(wanted).first().params["escalated"]

    assert {row.lead_id for row in told() if row.kind == "lead_escalated"} == {stays.id, goes.id}
    with clock.stopped_at(OPENED), unit_of_work():
        triage_lead(goes, concerns=leads.bodies["university"], actor=leads.actor("officer"))
    assert escalated(26) == 1
