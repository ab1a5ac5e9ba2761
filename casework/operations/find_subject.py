"""Find whoever asks what is held about them: by a case's number or a student number, among those one may unmask.

What cannot be found here is answered as what does not exist, whichever of the two it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from casework.asking import reaching
from casework.cases.models import Case, CaseRecord
from casework.cases.queries import in_scope
from casework.db import db
from casework.errors import N_, Invalid, NotFound
from casework.intake.models import Record
from casework.operations.permit import answer, answered_as
from casework.people.actors import path_of
from casework.people.models import Organisation, Person
from casework.people.queries import find_person
from workflows.access import SYSTEM, Actor, permitted

UNMASK, ADMINISTERS = "person:unmask", "people:manage"
AT_MOST = 50
LONGEST = 60
NOBODY = N_("没有找到，或不在您的权限范围内。请核对完整的学号、案号或账号；身份证号和姓名不能用来查找。")


@dataclass(frozen=True)
class Subject:
    """A graduate of one organisation: the ref of one of their registrations, which stands for them all."""

    ref: str
    name: str
    student_no: str
    organisation: Organisation


def graduates_named(number: str, *, actor: Actor) -> list[Subject]:
    """Return the graduates of a case, or with a student number, fifty at most; raise `Invalid` when there are none."""
    wanted = number.strip()
    if not 0 < len(wanted) <= LONGEST:
        raise _nobody("number")
    of_case = select(CaseRecord.record_id).join(Case, Case.id == CaseRecord.case_id)
    if actor is not SYSTEM:
        of_case = of_case.where(in_scope(actor))
    named = or_(Record.student_no == wanted, Record.id.in_(of_case.where(Case.number == wanted.upper())))
    rows = db.session.scalars(select(Record).where(named).order_by(Record.id).limit(4 * AT_MOST)).all()
    places = {each.id: each for each in _organisations(rows)}
    found: dict[tuple[int, str], Subject] = {}
    for row in rows:
        place = places[row.organisation_id]
        if actor is SYSTEM or permitted(actor, UNMASK, organisation_path=path_of(place)) is None:
            found.setdefault((place.id, row.student_no), Subject(row.ref, row.name, row.student_no, place))
    if not found:
        raise _nobody("number")
    return list(found.values())[:AT_MOST]


@reaching("records", why="what lies elsewhere is found in order to be answered like what does not exist")
def get_graduate(ref: str, *, actor: Actor) -> Subject:
    """Return the graduate of a registration; `NotFound` where this person may not look, `Forbidden` by their role."""
    row = db.session.scalars(select(Record).filter_by(ref=ref)).one_or_none()
    if row is None:
        raise _absent()
    [place] = _organisations([row])
    with answered_as(_absent()):
        if actor is not SYSTEM:
            answer(permitted(actor, UNMASK, organisation_path=path_of(place)))
    return Subject(row.ref, row.name, row.student_no, place)


def member_named(login: str, *, actor: Actor) -> tuple[Person, Organisation]:
    """Return who has this account and where one administers them; raise `Invalid` when it is nobody."""
    found = find_person(login.strip()) if 0 < len(login.strip()) <= LONGEST else None
    place = _administered(found, actor) if found is not None else None
    if found is None or place is None:
        raise _nobody("login")
    return found, place


def get_member(ref: str, *, actor: Actor) -> tuple[Person, Organisation]:
    """Return the account of this ref and where one administers it, or raise `NotFound`."""
    found = db.session.scalars(select(Person).filter_by(ref=ref)).one_or_none()
    place = _administered(found, actor) if found is not None else None
    if found is None or place is None:
        raise _absent()
    return found, place


def _administered(person: Person, actor: Actor) -> Organisation | None:
    for held in person.appointments:
        place = held.organisation
        if actor is SYSTEM or permitted(actor, ADMINISTERS, organisation_path=path_of(place)) is None:
            return place
    return None


def _organisations(rows: Sequence[Record]) -> list[Organisation]:
    ids = {row.organisation_id for row in rows}
    return list(db.session.scalars(select(Organisation).where(Organisation.id.in_(ids))))


def _nobody(field: str) -> Invalid:
    return Invalid(NOBODY, fields={field: N_("没有找到。")})


def _absent() -> NotFound:
    return NotFound(NOBODY)
