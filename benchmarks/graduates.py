"""Many graduates for a campaign: registered at a university of their own, number and address sealed as by an import."""

from dataclasses import dataclass

from sqlalchemy import func, insert, select, text

from casework.db import db, new_ref
from casework.doors.unit import unit_of_work
from casework.intake.models import Record, Revision
from casework.notices.graduates import index_of
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from casework.sealing import ring
from tests.casework.factories import make_batch, make_organisation, make_person, make_round

AT_ONCE = 5000
FIRST_NUMBER = 13_100_000_000


@dataclass(frozen=True)
class School:
    """A university with its round, and the two persons without whom no campaign leaves."""

    university: Organisation
    round: Round
    drafter: Person
    approver: Person


def open_school() -> School:
    """Make one more university with nobody registered."""
    with unit_of_work():
        university = make_organisation("岭川大学", "university")
        return School(
            university,
            make_round(),
            make_person("supervisor", university),
            make_person("party_leader", university),
        )


def register(school: School, number: int) -> None:
    """Register so many graduates, each with a telephone number that nobody else has."""
    with unit_of_work():
        batch_id = make_batch(school.university, school.round).id
    for at in range(0, number, AT_ONCE):
        with unit_of_work():
            _some(school, batch_id, min(AT_ONCE, number - at))
    db.session.execute(text("ANALYZE records, revisions"))
    db.session.commit()


def _some(school: School, batch_id: int, number: int) -> None:
    first = (db.session.scalar(select(func.max(Record.id))) or 0) + 1
    records, revisions = [], []
    for place in range(first, first + number):
        phone = str(FIRST_NUMBER + place)
        record = {"id": place, "ref": new_ref(), "student_no": str(place), "name": "某", "revision_id": place}
        records.append(record | {"round_id": school.round.id, "organisation_id": school.university.id})
        revisions.append(
            {
                "id": place,
                "record_id": place,
                "batch_id": batch_id,
                "content_hash": str(place),
                "sealed": {"phone": phone, "email": f"s{place}@example.org"},
                "phone_index": index_of(phone),
                "email_index": ring().index("email", f"s{place}@example.org"),
            }
        )
    db.session.execute(insert(Record), records)
    db.session.execute(insert(Revision), revisions)
