"""That graduates wrote something beside their answers, without a word of it: whoever works on a case must know."""

from collections.abc import Sequence

from sqlalchemy import select

from casework.cases.models import Case, CaseRecord
from casework.db import db
from casework.intake.models import Confirmation, Record


def wrote_statements(case: Case) -> Sequence[Record]:
    """Return the graduates of a case who wrote one; what it says is opened by `unmask` alone, which journals it."""
    wrote = select(Confirmation.record_id).where(Confirmation.words.is_not(None))
    there = select(CaseRecord.record_id).where(CaseRecord.case_id == case.id)
    wanted = select(Record).where(Record.id.in_(there), Record.id.in_(wrote)).order_by(Record.student_no)
    return db.session.scalars(wanted).all()
