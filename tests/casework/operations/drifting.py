"""A university with concluded cases about registrations, and the files that change those registrations later."""

import csv
from datetime import UTC, datetime

from sqlalchemy import select

from casework.cases.drifts import Drift, RecordSeal
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Record
from casework.operations.follow_drift import follow_drifts
from casework.operations.seal_case import seal_cases
from casework.people import queries as people
from tests.casework.factories import make_case
from tests.casework.sample_university import INVESTIGATORS, get, graduate, hand_in, organisation, registration, round_

SEALED = datetime(2024, 8, 1, 4, 0, tzinfo=UTC)
LATER = "2024-08-20 10:12:00"
LOG = ("log_id", "student_no", "changed_at", "operator", "operator_role", "old_code", "new_code", "old_employer", "new_employer")  # fmt: skip  # noqa: E501


def registered(folder, settings, *numbers):
    """Hand in the registrations that the cases are about."""
    hand_in(registration(folder, *(graduate(number) for number in numbers)), settings)


def record(number):
    return db.session.scalars(select(Record).filter_by(student_no=f"20202211{number:04}")).one()


def concluded(*numbers, state="corrected", kind="record", **values):
    """Make a concluded case about these registrations, sealed on the first of August; return its number."""
    with unit_of_work():
        owner = people.find_person(INVESTIGATORS[0])
        case = make_case(
            organisation(),
            round_(),
            state=state,
            kind=kind,
            owner=owner,
            records=[record(n) for n in numbers],
            **values,
        )
        seal_cases([case])
        db.session.flush()
        for seal in db.session.scalars(select(RecordSeal).filter_by(case_id=case.id)):
            seal.sealed_at = SEALED
        return case.number


def later(folder, settings, *graduates, name="later.csv"):
    """Hand in a newer export; return the counts of its import."""
    return get(hand_in(registration(folder, *graduates, name=name), settings)).counts


def logged(folder, settings, *entries, name="change_log.csv"):
    """Hand in entries of a change log: (graduate, old code, new code, account, role, moment, employer)."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(LOG)
        for place, (number, old, new, operator, role, at, employer) in enumerate(entries):
            writer.writerow((f"{name}{place}", f"20202211{number:04}", at, operator, role, old, new, "", employer))
    return get(hand_in(path, settings, kind="changes")).counts


def case(number):
    return db.session.scalars(select(Case).filter_by(number=number)).one()


def drifts():
    return db.session.scalars(select(Drift).order_by(Drift.id)).all()


def seals(number):
    return db.session.scalars(select(RecordSeal).filter_by(case_id=case(number).id).order_by(RecordSeal.id)).all()


def questioned(office, *, state="accepted", new="70", **values):
    """Make a concluded case of an office whose registration went elsewhere, and bring the question to work."""
    case = make_case(office.organisation, office.round_, state=state, owner=office.investigator, **values)
    seal_cases([case])
    db.session.flush()
    seal = db.session.scalars(select(RecordSeal).filter_by(case_id=case.id)).first()
    found = Drift(
        organisation_id=case.organisation_id,
        round_id=case.round_id,
        seal=seal,
        case=case,
        asks=case,
        record=seal.record,
        state_before=case.state,
        source="changes",
        changes=[{"field": "destination_code", "old": "11", "new": new}],
        operator="F0154",
        operator_role="辅导员",
        changed_at=SEALED,
    )
    db.session.add(found)
    follow_drifts([found])
    db.session.flush()
    return found.ref
