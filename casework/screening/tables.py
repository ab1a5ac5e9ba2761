"""The frames that no export brings: the code tables of a round, and the working days up to a day."""

from collections.abc import Iterable
from datetime import date

import pyarrow as pa

from casework.rounds.models import CodeEntry
from casework.screening.frames import SCHEMAS
from casework.working_days import calendar
from workflows import calendars

# Table of the round → its name in the frame.
TABLES = {
    "destination_code": "destination",
    "degree_level": "degree",
    "employer_nature_code": "employer_nature",
    "industry_code": "industry",
    "job_category_code": "job_category",
    "proof_kind": "proof_kind",
}


def codes(entries: Iterable[CodeEntry]) -> pa.Table:
    """Return the frame of codes; tables that no rule reads are left out."""
    rows = [
        {
            "table": TABLES[entry.table],
            "code": entry.code,
            "name_zh": entry.name_zh,
            "parent_code": entry.parent_code or None,
            "settled": entry.attributes.get("counts_in_settled_rate") == "1",
            "needs_employer": entry.attributes.get("needs_employer_identity") == "1",
        }
        for entry in entries
        if entry.table in TABLES
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["codes"])


def working_days(cohort: int, last: date) -> dict[str, pa.Table]:
    """Return the frame of working days from the cohort's new year to a day, or nothing when no calendar reaches so far.

    The rules that count working days then say what they lack; the others run.
    """
    known = calendar()
    try:
        found = [day for day in calendars.days(date(min(cohort, last.year), 1, 1), last) if known.working_day(day)]
    except calendars.CalendarUnknown:
        return {}
    return {"working_days": pa.table({"day": pa.array(found, pa.date32())})}
