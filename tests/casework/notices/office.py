"""A small university with everybody in place, its round of 2024, and a way to make cases in it."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

import pytest

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.people.models import Appointment, Organisation, Person
from casework.reports.models import Report
from casework.rounds.models import Round, StatutoryDate
from casework.rounds.tables import SHIPPED

NUMBERS = count(1)


def beijing(month, day, hour=9, minute=0):
    return datetime(2024, month, day, hour, minute, tzinfo=clock.BEIJING)


OPENED = beijing(7, 24, 10)
"""A Wednesday; the university's date is Monday 5 August, its target the same day."""


@dataclass
class Office:
    round: Round
    province: Organisation
    university: Organisation
    people: dict[str, Person] = field(default_factory=dict)

    def make_case(self, **values):
        number = next(NUMBERS)
        given = {
            "number": f"LC24-{number:04}",
            "organisation": self.university,
            "round": self.round,
            "kind": "record",
            "subject_key": f"S{number}",
            "title": "疑似",
            "origin": "screening",
            "nature": "contradiction",
            "severity": "medium",
            "opened_at": OPENED,
            "state_since": OPENED,
            "owner": self.people["owner"],
        }
        case = Case(**(given | values))
        db.session.add(case)
        db.session.flush()
        return case

    def make_report(self, **values):
        given = {
            "organisation": self.university,
            "round": self.round,
            "number": next(NUMBERS),
            "drafted_at": OPENED,
            "drafted_by": self.people["supervisor"],
        }
        report = Report(**(given | values))
        db.session.add(report)
        db.session.flush()
        return report


def open_office():
    content = json.loads((SHIPPED / "2024" / "round.json").read_text(encoding="utf-8"))
    with unit_of_work() as session:
        round_ = Round(code="2024", name=content["name"], cohort=2024, settings=content["settings"])
        round_.dates = [
            StatutoryDate(
                level=row["level"], on=date.fromisoformat(row["on"]), clause=row["clause"], label=row["label"]
            )
            for row in content["dates"]
        ]
        province = _organisation("P", "province", None)
        university = _organisation("LC", "university", province)
        session.add(round_)
        office = Office(round_, province, university)
        for name, role, organisation in (
            ("owner", "investigator", university),
            ("second", "investigator", university),
            ("supervisor", "supervisor", university),
            ("vice", "vice_leader", university),
            ("party", "party_leader", university),
            ("admin", "admin_leader", university),
            ("province", "supervisor", province),
        ):
            person = Person(login=name, name=name, email=f"{name}@example.edu")
            person.appointments.append(Appointment(organisation_id=organisation.id, role=role, since=date(2024, 1, 1)))
            session.add(person)
            office.people[name] = person
        session.flush()
    return office


def _organisation(code, kind, parent):
    made = Organisation(code=code, kind=kind, name=f"{code}单位", short_code=code, parent=parent)
    db.session.add(made)
    db.session.flush()
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    return made


@pytest.fixture
def office(app):
    ways.configure(("inbox", "simulator"))
    yield open_office()
    ways.configure(())


def later(moment, **amount):
    return moment + timedelta(**amount)
