"""When the self-check of a record was closed, as the frame `closings`: by its report, or by its own case.

What is raised afterwards is asked about (N3.3). A report closes everything from
the moment at which it was frozen: from then on its content stands. One that went
stale closes nothing until it is frozen again.
"""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
from sqlalchemy import select

from casework.cases.models import Case, CaseRecord
from casework.db import db
from casework.intake.models import Record
from casework.people.models import Organisation
from casework.reports.models import Report
from workflows.case import CONCLUDED

STANDING = ("frozen", "signed", "filed")


def closings(round_id: int, organisation_ids: Sequence[int], *, qualified: bool = False) -> pa.Table:
    """Return a row for each closing; no student number means the whole report.

    `qualified`: student numbers read "<organisation code>/<number>" as in the other frames; a report then closes
    the records of its own organisation one by one, because the others have reports of their own.
    """
    number = Organisation.code + "/" + Record.student_no if qualified else Record.student_no
    numbered = (
        select(number, Record.organisation_id)
        .join(Organisation, Organisation.id == Record.organisation_id)
        .where(Record.round_id == round_id)
    )
    closed = _by_report(round_id, organisation_ids)
    rows: list[tuple[str | None, datetime]] = []
    if qualified:
        wanted = numbered.where(Record.organisation_id.in_(closed))
        rows += [(student_no, closed[organisation_id]) for student_no, organisation_id in db.session.execute(wanted)]
    else:
        rows += [(None, at) for at in closed.values()]
    cases = (
        numbered.with_only_columns(number, Case.concluded_at)
        .join(CaseRecord, CaseRecord.record_id == Record.id)
        .join(Case, Case.id == CaseRecord.case_id)
        .where(Record.organisation_id.in_(organisation_ids), Case.state.in_(CONCLUDED), Case.origin != "sample")
    )
    rows += [(student_no, at) for student_no, at in db.session.execute(cases) if at is not None]
    rows.sort(key=lambda row: (row[0] or "", row[1]))
    return pa.table(
        {
            "student_no": pa.array([student_no for student_no, _ in rows], pa.string()),
            "closed_at": pa.array([at for _, at in rows], pa.timestamp("us", tz="UTC")),
        }
    )


def _by_report(round_id: int, organisation_ids: Sequence[int]) -> dict[int, datetime]:
    """Return by organisation when the first report that stands was frozen."""
    reports = select(Report.organisation_id, Report.frozen_at).where(
        Report.round_id == round_id, Report.organisation_id.in_(organisation_ids), Report.state.in_(STANDING)
    )
    closed: dict[int, datetime] = {}
    for organisation_id, at in db.session.execute(reports.order_by(Report.frozen_at)):
        if at is not None:
            closed.setdefault(organisation_id, at)
    return closed
