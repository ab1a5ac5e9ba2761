"""What only the database can say about staged rows, before anybody confirms them.

The importers know the file alone. That a student number is nobody's, or that a lead
was taken in before, is said beside what they found: a list with such numbers is
taken all the same, because somebody above waits for an answer to every one of them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.errors import N_
from casework.intake import staging
from casework.intake.importers.shapes import Problem
from casework.intake.models import Batch, Record
from casework.operations.import_leads import external_no, known_numbers
from casework.people.models import Organisation
from casework.rounds.models import Round

_NOBODY = N_("本届登记数据中没有这个学号，已照录；请核对是否写错或属于其他学校。")
_FUTURE = N_("收到时间晚于现在，此行未导入；请核对。")
_TAKEN = N_("这个渠道的同一编号已经登记过，此行不再登记。")


def problems_of_rows(batch: Batch, path: Path) -> Iterator[Problem]:
    """Give what is odd about staged rows as the database stands now, in the order of the rows."""
    look = _LOOKS.get(batch.kind)
    if look is None:
        return
    found = look(batch)
    headers = dict(zip(batch.mapping, batch.inspection.get("headers", []), strict=False))
    for row in staging.rows(path):
        yield from found(row, headers)


Look = Callable[[Mapping[str, object], Mapping[str | None, str]], Iterator[Problem]]


def _unknown_numbers(batch: Batch) -> Look:
    organisation = db.session.get_one(Organisation, batch.organisation_id)
    below = select(Organisation.id).where(Organisation.path.startswith(organisation.path, autoescape=True))
    registered = set(
        db.session.scalars(
            select(Record.student_no).where(Record.round_id == batch.round_id, Record.organisation_id.in_(below))
        )
    )

    def look(row: Mapping[str, object], headers: Mapping[str | None, str]) -> Iterator[Problem]:
        if row["student_no"] not in registered:
            yield _problem(row, headers, "student_no", "unknown_student", _NOBODY, severity="warning", handling="kept")

    return look


def _leads_as_they_stand(batch: Batch) -> Look:
    organisation = db.session.get_one(Organisation, batch.organisation_id)
    known, now = known_numbers(organisation, db.session.get_one(Round, batch.round_id)), clock.now()

    def look(row: Mapping[str, object], headers: Mapping[str | None, str]) -> Iterator[Problem]:
        received_at = row["received_at"]
        if isinstance(received_at, datetime) and received_at > now:
            yield _problem(row, headers, "received_at", "in_the_future", _FUTURE, severity="error", handling="skipped")
        elif (row["channel"], external_no(row)) in known:
            yield _problem(row, headers, "lead_id", "already_taken", _TAKEN, severity="warning", handling="skipped")

    return look


_LOOKS: Mapping[str, Callable[[Batch], Look]] = {"pushed_list": _unknown_numbers, "leads": _leads_as_they_stand}


def _problem(
    row: Mapping[str, object],
    headers: Mapping[str | None, str],
    field: str,
    code: str,
    message: str,
    *,
    severity: str,
    handling: str,
) -> Problem:
    value = row[field]
    shown = f"{value.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
    return Problem(
        row=int(str(row["row_number"])),
        header=headers.get(field, ""),
        field=field,
        value=shown,
        code=code,
        message=message,
        params={},
        severity=severity,
        handling=handling,
    )
