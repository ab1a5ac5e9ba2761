"""What stands in the register about one graduate, as that graduate is shown it: six facts and nothing beside them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework.db import db
from casework.intake.models import Batch, Change, Record, Revision
from casework.intake.normal import masked_name
from casework.people.models import Organisation
from casework.rounds.models import CodeEntry

DESTINATION, JOB = "destination_code", "job_category_code"


@dataclass(frozen=True)
class Entered:
    """When something was registered, and in which role somebody did it; an export does not always say."""

    at: datetime
    role: str = ""


@dataclass(frozen=True)
class Registration:
    """The facts: text as it is registered, codes as their entries; whatever is not registered is empty or None."""

    name: str  # masked
    school: str
    major: str
    destination: CodeEntry | None
    destination_code: str
    place_of_work: str  # the employer, or where somebody goes on studying
    job: CodeEntry | None
    location: str
    entered: Entered | None


def registration(record: Record) -> Registration:
    """Return what is registered of this graduate by the newest revision."""
    revision = record.revision or Revision()
    school = db.session.get_one(Organisation, record.organisation_id).name
    return Registration(
        name=masked_name(record.name),
        school=revision.school_name or school,
        major=revision.major_name or "",
        destination=_entry(record.round_id, DESTINATION, revision.destination_code),
        destination_code=revision.destination_name or revision.destination_code or "",
        place_of_work=revision.employer_name or revision.study_school_zh or revision.study_school_foreign or "",
        job=_entry(record.round_id, JOB, revision.job_category_code),
        location=revision.employer_place or "",
        entered=_entered(record, revision),
    )


def _entry(round_id: int, table: str, code: str | None) -> CodeEntry | None:
    wanted = select(CodeEntry).filter_by(round_id=round_id, table=table, code=code)
    return db.session.scalars(wanted).one_or_none() if code else None


def _entered(record: Record, revision: Revision) -> Entered | None:
    """Return the newest entry of the registration system's own log, else when the export was taken."""
    logged = select(Change.changed_at, Change.operator_role).filter_by(
        round_id=record.round_id, organisation_id=record.organisation_id, student_no=record.student_no
    )
    last = db.session.execute(logged.order_by(Change.changed_at.desc()).limit(1)).one_or_none()
    if last is not None:
        return Entered(last.changed_at, last.operator_role)
    batch = db.session.get(Batch, revision.batch_id) if revision.batch_id else None
    return Entered(batch.taken_at or batch.uploaded_at) if batch else None
