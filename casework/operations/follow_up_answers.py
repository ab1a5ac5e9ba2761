"""Open a case where a graduate said that their registration is wrong and nobody has registered it anew.

A sweep over facts: which answers stand, how many working days have passed, what
was registered since. It looks at the answers of the own page and of the national
system alike, and at what is there today, so a day on which it did not run costs
nothing, and running it twice opens nothing twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.intake.answers import CODES, CONFIRMED, WRONG
from casework.intake.models import Batch, Change, Confirmation, Record, Revision
from casework.operations.open_from_answers import Given, open_from_answers
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from casework.working_days import calendar
from workflows.access import SYSTEM
from workflows.beijing import day_in_beijing
from workflows.calendars import CalendarUnknown

WORKING_DAYS = 3
"""For so long a registration that its graduate calls wrong may be mended without a case [P]."""
SHORTEST = timedelta(days=WORKING_DAYS)


@dataclass(frozen=True)
class FollowedUp:
    """How many cases were opened, and how many answers cannot be counted because their year's calendar is unknown."""

    opened: tuple[Case, ...] = ()
    uncounted: int = 0


def waiting_organisations(round_: Round) -> Sequence[int]:
    """Return the organisations that have answers old enough to be looked at, about which no case is open."""
    return db.session.scalars(_unanswered(round_).with_only_columns(Record.organisation_id).distinct()).all()


def follow_up_answers(organisation: Organisation, round_: Round) -> FollowedUp:
    """Open the cases of one organisation; the whole of its answers are looked at again under its lock."""
    lock_organisation(organisation.id)
    wanted = _unanswered(round_).where(Record.organisation_id == organisation.id)
    told: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
    for row in db.session.execute(wanted.order_by(Confirmation.answered_at, Confirmation.id)):
        told[row.id].append((row.answered_at, row.verified))
    overdue, uncounted, today = {}, 0, clock.today()
    for record_id, said in told.items():
        try:
            if any(_due(answered_at) < today for answered_at, _ in said):
                overdue[record_id] = any(verified for _, verified in said)
        except CalendarUnknown:
            uncounted += 1
    records = [db.session.get_one(Record, record_id) for record_id in sorted(overdue)]
    given = [Given(record, WRONG, overdue[record.id]) for record in records]
    followed = open_from_answers(
        given, organisation=organisation, round_=round_, actor=SYSTEM, opening=frozenset({WRONG})
    )
    return FollowedUp(followed.opened, uncounted)


def _due(answered_at: datetime) -> date:
    return calendar().add_working_days(day_in_beijing(answered_at), WORKING_DAYS)[0]


def _unanswered(round_: Round) -> Select[int, datetime, bool]:
    """Return the answers that are old enough and about which there is no case.

    Left out is what a new registration has followed, or a confirmation by the graduate that somebody verified.
    """
    changed = exists().where(
        Change.round_id == Record.round_id,
        Change.organisation_id == Record.organisation_id,
        Change.student_no == Record.student_no,
        Change.changed_at > Confirmation.answered_at,
    )
    revised = exists().where(
        Revision.record_id == Record.id,
        Revision.number > 1,
        Revision.batch_id == Batch.id,
        func.coalesce(Batch.taken_at, Batch.uploaded_at) > Confirmation.answered_at,
    )
    later = aliased(Confirmation)
    taken_back = exists().where(
        later.record_id == Confirmation.record_id,
        later.status == CODES[CONFIRMED],
        later.verified,
        or_(
            later.answered_at > Confirmation.answered_at,
            and_(later.answered_at == Confirmation.answered_at, later.id > Confirmation.id),
        ),
    )
    known = exists().where(
        Case.round_id == Record.round_id,
        Case.organisation_id == Record.organisation_id,
        Case.kind == "record",
        Case.subject_key == Record.student_no,
        Case.origin != "sample",
    )
    return (
        select(Record.id, Confirmation.answered_at, Confirmation.verified)
        .join(Confirmation, Confirmation.record_id == Record.id)
        .where(
            Record.round_id == round_.id,
            Confirmation.status == CODES[WRONG],
            Confirmation.answered_at < clock.now() - SHORTEST,
            ~changed,
            ~revised,
            ~taken_back,
            ~known,
        )
    )
