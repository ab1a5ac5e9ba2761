"""The small university with people who work on leads, there and at the province, and a way to take leads in."""

from dataclasses import dataclass
from datetime import date

import pytest

from casework import clock
from casework.cases.models import CaseLead
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.models import Lead
from casework.operations.move_lead import move_lead
from casework.operations.take_lead import take_lead
from casework.people.actors import actor_of
from casework.people.models import Appointment, Organisation, Person
from casework.rounds.tables import SHIPPED, entries
from tests.casework.notices.office import OPENED, Office
from workflows.access import SYSTEM

TABLES = {"lead_channel", "violation"}
PEOPLE = (
    ("officer", "lead_officer", "university"),
    ("colleague", "lead_officer", "university"),
    ("above", "lead_officer", "province"),
    ("top", "lead_officer", "ministry"),
    ("elsewhere", "lead_officer", "other"),
    ("discipline", "discipline_officer", "discipline"),
    ("administrator", "administrator", "university"),
)


@dataclass
class LeadOffice:
    """An office with its lead officers; `actor` is somebody by name, `take` a lead as it comes by phone."""

    office: Office
    bodies: dict[str, Organisation]

    @property
    def people(self):
        return self.office.people

    def actor(self, name):
        return actor_of(self.people[name])

    def take(self, *, at=OPENED, **given):
        with clock.stopped_at(at), unit_of_work():
            return take_lead(
                **{
                    "organisation": self.bodies["university"],
                    "round": self.office.round,
                    "channel": "UNIV_PHONE",
                    "received_at": at,
                    "title": "反映未签协议却显示已就业",
                    "content": "来电人称自己没有签过协议。",
                    "actor": SYSTEM,
                }
                | given
            )

    def move(self, lead, action, name="officer", *, at=OPENED, **given):
        with clock.stopped_at(at), unit_of_work():
            return move_lead(lead, action, actor=SYSTEM if name == "system" else self.actor(name), **given)

    def link(self, lead, **case):
        with clock.stopped_at(OPENED), unit_of_work():
            made = self.office.make_case(**case)
            db.session.add(CaseLead(case_id=made.id, lead_id=lead.id))
        return made

    def away(self, *names, until=date(2024, 8, 31)):
        with unit_of_work():
            for name in names:
                self.people[name].absent_until = until


def read(number):
    """Return a lead as the database has it."""
    db.session.expire_all()
    return db.session.query(Lead).filter_by(number=number).one()


def _body(code, kind, parent):
    made = Organisation(code=code, kind=kind, name=f"{code}单位", short_code=code, parent=parent)
    db.session.add(made)
    db.session.flush()
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    return made


@pytest.fixture
def leads(office):
    with unit_of_work() as session:
        ministry = _body("M", "ministry", None)
        province, university = office.province, office.university
        province.parent, province.path = ministry, f"{ministry.path}{province.id}/"
        university.path = f"{province.path}{university.id}/"
        bodies = {"ministry": ministry, "province": province, "university": university}
        bodies["discipline"] = _body("LCJ", "discipline", university)
        bodies["college"] = _body("LC1", "college", university)
        bodies["other"] = _body("JC", "university", province)
        for entry in entries(SHIPPED / "2024"):
            if entry.table in TABLES:
                entry.round_id = office.round.id
                session.add(entry)
        for name, role, body in PEOPLE:
            person = Person(login=name, name=name, email=f"{name}@example.edu")
            person.appointments.append(Appointment(organisation_id=bodies[body].id, role=role, since=date(2024, 1, 1)))
            session.add(person)
            office.people[name] = person
    return LeadOffice(office, bodies)
