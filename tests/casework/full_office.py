"""An office with one of everything, so that every address leads somewhere: cases, leads, imports, a filed report."""

from casework import promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.add_lead_file import add_lead_file, clean
from casework.operations.api_tokens import make_token
from casework.operations.contact_tasks import Unreached, open_tasks
from casework.operations.draft_campaign import draft_campaign
from casework.operations.link_lead import write_link
from casework.operations.move_lead import move_lead
from casework.operations.take_lead import take_lead
from casework.people.actors import actor_of
from tests.casework.factories import NOON, make_batch, make_case, make_person, make_record, make_run
from tests.casework.operations.reporting import attach, delivered, make_office, prepare
from workflows.access import SYSTEM

ROLES = ("supervisor", "investigator", "party_leader", "discipline_officer", "superior_officer")


def make_full_office(settings):
    """Return the ids of people, by role, who between them may see everything there is."""
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        delivered(office, settings)
        for state in ("flagged", "investigating", "corrected"):
            make_case(office.organisation, office.round_, owner=office.investigator, state=state)
        case = make_case(
            office.organisation, office.round_, owner=office.investigator, state="investigating", kind="conduct"
        )
        attach(case, office, settings)
        make_batch(office.organisation, office.round_)
        make_run(office.organisation, office.round_)
        administrator = make_person("administrator", office.tree.ministry)
        make_token(administrator, name="program", actor=SYSTEM)
        promises.promise(
            "screen", organisation=office.organisation.id, round=office.round_.id, actor=0, then_open=False
        )
        people = {role: getattr(office, role).id for role in ROLES}
        officer = make_person("lead_officer", office.organisation)
        _make_leads(office, case, actor_of(officer), settings)
        _make_campaign(office)
    return people | {"administrator": administrator.id, "lead_officer": officer.id}


def _make_campaign(office):
    """Make a campaign that waits for its waves, and a graduate whom somebody has to reach."""
    actor = actor_of(office.supervisor)
    plan = {"organisation": office.organisation, "round_": office.round_, "actor": actor}
    draft_campaign(**plan, name="八月提醒", starts=[])
    record = make_record(office.organisation, office.round_, phone_index="phone")
    open_tasks([Unreached(record.id, record.organisation_id, "undelivered")], campaign_id=None)


def _make_leads(office, case, actor, settings):
    """Make a lead in each state that offers forms of its own: new, worked on, to be declined, merged, ended."""
    given = {
        "organisation": office.organisation,
        "round": office.round_,
        "received_at": NOON,
        "title": "反映扣发证书",
        "content": "没有交三方协议的同学被告知证书暂缓领取，班里有七个人至今没有拿到学位证书。",
        "actor": actor,
    }
    fresh, taken, same, declining, ended = (
        take_lead(channel=channel, named=True, reporter={"name": "高艳彩"}, receipt_hash=channel, **given)
        for channel in ("UNIV_PHONE", "MOE_PHONE", "CHSI", "MEDIA", "SELF_CHECK")
    )
    cleaned = clean(name="a.pdf", content=b"%PDF-1.4\n1 0 obj\n%%EOF\n", settings=settings)
    add_lead_file(fresh, cleaned, actor=actor, settings=settings)
    move_lead(taken, "accept", actor=actor)
    db.session.flush()
    write_link(taken, case, actor=actor)
    move_lead(same, "merge", actor=actor, survivor=fresh)
    move_lead(declining, "decline", actor=actor, reason="属于咨询")
    move_lead(ended, "accept", actor=actor)
    move_lead(ended, "answer", actor=actor, outcome="not_a_complaint", words="已说明。", reason="属于咨询")
