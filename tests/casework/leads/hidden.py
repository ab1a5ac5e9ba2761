"""The town in which something is about the university, and everything that each of its people can find out there."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock, journal
from casework.cases.lead_cases import cases_for, ready_to_answer
from casework.cases.models import Case, CaseLead
from casework.cases.queries import open_load, visible
from casework.cases.sample_queries import visible_samples
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.models import Lead
from casework.leads.queries import late_by_organisation, visible_leads
from casework.leads.same_matter import proposed
from casework.notices import queries as notices
from casework.notices.post import Notice, post
from casework.operations.agenda import agenda
from casework.operations.open_from_lead import open_from_lead
from casework.overview import board, deliveries, desk, lead_desk, navigation, staff
from casework.overview.case_sheet import beside
from casework.people.models import Person
from tests.casework.factories import appoint, make_case, make_person
from tests.casework.leads.bureau import NOON, acting, make_bureau
from workflows.access import ACTIONS, Actor, scope_of

VIEWS = ("mine", "waiting", "closed", "unassigned", "review", "all")
LEAD_VIEWS = ("all", "received", "mine", "confirm", "ready", "upward", "asked", "closed")
CASE_ACTIONS = tuple(name for name in ACTIONS if name.startswith(("case:", "overdue:", "person:")) or name == "export")
LEAD_ACTIONS = tuple(name for name in ACTIONS if name.startswith("lead:"))
NUMBER = re.compile(r"[A-Z0-9]{2,6}24-\d{4}")


@dataclass
class Town:
    """The bureau, those of the university who must not see, and those above who must; ids, for sessions end."""

    bureau: object
    inside: dict[str, int]
    above: dict[str, int]
    ordinary_lead: str
    ordinary_case: str
    record_id: int

    def person(self, role: str) -> Person:
        return db.session.get_one(Person, (self.inside | self.above)[role])


@pytest.fixture
def town(app):
    with clock.stopped_at(NOON):
        with unit_of_work():
            bureau = make_bureau()
            university, province = bureau.tree.university, bureau.tree.province
            roles = ("investigator", "vice_leader", "party_leader", "auditor", "administrator")
            inside = {role: make_person(role, university) for role in roles}
            inside |= {"supervisor": bureau.supervisor, "lead_officer": bureau.officer}
            both = make_person("supervisor", province)
            for role in ("lead_officer", "investigator"):
                appoint(both, role, province)
            appoint(both, "vice_leader", university)
            owner = inside["investigator"]
            case = make_case(
                university, bureau.round_, owner=owner, records=[bureau.records[0]], state="investigating",
                due_at=NOON - timedelta(days=2),
            )  # fmt: skip
            lead = bureau.lead("文学院学生林清旺没有上班")
            above = {"above": bureau.province_supervisor, "above_officer": bureau.province_officer}
            made = Town(
                bureau,
                {name: each.id for name, each in (inside | {"both": both}).items()},
                {name: each.id for name, each in above.items()},
                lead.number,
                case.number,
                bureau.records[0].id,
            )
        yield made


def hide(town: Town) -> set[str]:
    """Make leads and cases about the university; return their numbers."""
    bureau = town.bureau
    with unit_of_work():
        university, round_ = bureau.tree.university, bureau.round_
        owner = town.person("investigator")
        here = {"concerns_id": university.id, "due_at": NOON - timedelta(days=1), "records": [bureau.records[0]]}
        lead = bureau.lead("林清旺等人被岭川大学文学院要求签约", concerns=university)
        made = open_from_lead(
            lead, kind="conduct", unit="university:岭川大学", violations=["T1"], actor=acting(bureau.province_officer)
        )
        left = bureau.lead("文学院学生林清旺说全校摊派", by=bureau.second)
        left.concerns_id, left.officer = university.id, town.person("lead_officer")
        left.due_at = left.respond_by = NOON - timedelta(hours=1)
        worked = make_case(university, round_, owner=owner, state="investigating", **here)
        waiting = make_case(university, round_, owner=owner, state="corrected", **here)
        done = make_case(university, round_, owner=owner, state="accepted", **here)
        alone = make_case(university, round_, **here)
        db.session.add(CaseLead(case=done, lead=left))
        left.state = "accepted"
        for person_id in town.inside.values():
            told = {"channel": "inbox", "person_id": person_id, "organisation_id": university.id}
            post(
                [
                    Notice(
                        kind="case_found_late", dedup="c", case_id=worked.id, params={"case": worked.number}, **told
                    ),
                    Notice(kind="lead_assigned", dedup="l", lead_id=left.id, params={"lead": left.number}, **told),
                ]
            )
        for subject in (left.number, worked.number):
            journal.record(organisation_id=university.id, action="case:note", actor="0", subject=subject)
        return {each.number for each in (lead, left, made, worked, waiting, done, alone)}


def seen(town: Town, role: str) -> dict[str, object]:
    """Return everything that somebody can find out, by the way in which they do."""
    person = town.person(role)
    actor, now, round_id = acting(person), clock.now(), town.bureau.round_.id
    filters, leads_of = desk.Filters(), lead_desk.LeadFilters()
    ordinary = db.session.scalars(select(Case).filter_by(number=town.ordinary_case)).one()
    lead = db.session.scalars(select(Lead).filter_by(number=town.ordinary_lead)).one()
    scope = {action: numbers(visible(actor, action)) for action in CASE_ACTIONS}
    found: dict[str, object] = {f"may {name}": value for name, value in scope.items() if scope_of(actor, name)}
    found |= {f"may {name}": numbers(visible_leads(actor, name)) for name in LEAD_ACTIONS if scope_of(actor, name)}
    for name in VIEWS:
        condition = desk.view(name, actor, now=now)
        found[f"queue {name}"] = [line.number for line in desk.sheet(condition, filters, now=now).lines]
        found[f"queue numbers {name}"] = desk.list_numbers(condition, filters, now=now).by_group
        found[f"queue total {name}"] = desk.list_totals({name: condition}, filters, now=now)[name]
    for name in LEAD_VIEWS:
        condition = lead_desk.view(name, actor)
        found[f"leads {name}"] = [line.number for line in lead_desk.sheet(condition, leads_of).lines]
        found[f"leads total {name}"] = lead_desk.total(condition, leads_of)
    watched = board.watched(actor, round_id)
    figures = board.count(watched, now=now)
    found |= {
        "search": [line.number for line in desk.sheet(visible_all(actor), desk.Filters(q="24-"), now=now).lines],
        "leads numbers": lead_desk.numbers(actor, leads_of, now=now),
        "leads late": lead_desk.late(actor),
        "leads late here": late_by_organisation(actor),
        "board numbers": figures.numbers.by_group,
        "board heat": {axis: heat.sums for axis, heat in figures.heat.items()},
        "board days": (figures.opened, figures.closed),
        "board latest": [row.number for row in board.latest(watched, now=now)],
        "menu": navigation.counts(actor, now=now),
        "beside": [row.number for row in beside(ordinary, actor)],
        "agenda": [entry.params.get("number") for entry in agenda(person)],
        "inbox": [row.params for row in notices.inbox(person.id)],
        "unread": notices.unread(person.id),
        "deliveries": [message.params for message in db.session.scalars(deliveries.visible(actor))],
        "deliveries of case": db.session.scalars(deliveries.searched(actor, case=town.ordinary_case)).all() and "some",
        "samples": db.session.scalars(visible_samples(actor)).all(),
        "loads": staff.loads([town.inside["investigator"]], now=now, asked_by=actor),
        "open load": open_load([town.inside["investigator"]], without=actor.bodies),
        "same matter": [each.lead.number for each in proposed(lead, actor)],
        "offered cases": [each.case.number for each in cases_for(lead, actor)],
        "ready to answer": [each.number for each in ready_to_answer(actor)],
    }
    return found


def visible_all(actor: Actor):
    return desk.view("all", actor, now=clock.now())


def numbers(wanted) -> list[str]:
    return sorted(each.number for each in db.session.scalars(wanted))


def hidden_rows() -> dict[str, list[str]]:
    """Return the numbers of what is about some body: cases and leads."""
    return {
        table.__tablename__: list(db.session.scalars(select(table.number).where(table.concerns_id.is_not(None))))
        for table in (Case, Lead)
    }
