"""Write the files around the records: register, confirmations, change log, proofs, operators.

Each writer returns counts that the page shows; `unknown` counts rows about
student numbers that no record of the round has.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Table, delete, select, tuple_

from casework.db import db
from casework.intake import normal, staging
from casework.intake.answers import NATIONAL, OPEN, answered_at, lock_records
from casework.intake.bulk import insert_rows
from casework.intake.models import Batch, Change, Confirmation, Employer, Operator, Proof, Record
from casework.intake.queries import MINIMUM_WAGE
from casework.rounds import queries as rounds
from casework.rounds.models import CodeEntry
from casework.sealing import ring

EMPLOYER_COLUMNS = (
    "credit_code",
    "name",
    "former_names",
    "status",
    "status_date",
    "founded_date",
    "insured_headcount",
    "registered_capital",
    "nature_code",
    "industry_code",
    "place_code",
    "address",
)
CHANGE_COLUMNS = (
    "log_id",
    "student_no",
    "changed_at",
    "operator",
    "operator_role",
    "old_code",
    "new_code",
    "old_employer",
    "new_employer",
)

_ANSWER_COLUMNS = (
    "record_id",
    "status",
    "confirm_time",
    "snapshot_on",
    "device_index",
    "answered_at",
    "source",
    "verified",
    "batch_id",
)


@dataclass(frozen=True)
class Answers:
    """What an export of confirmations came to: counts for the page, and the records of each new answer."""

    counts: dict[str, int]
    by_status: Mapping[str, Sequence[int]]


def employers(batch: Batch, path: Path) -> dict[str, int]:
    """Write the employer register: the newest file replaces what earlier files said of the same codes."""
    keys = ring()
    rows = {row["credit_code"]: row for row in staging.rows(path)}
    old = select(Employer.credit_code).filter_by(round_id=batch.round_id)
    replaced = set(db.session.scalars(old)) & set(rows)
    _forget(Employer.__table__, batch.round_id, replaced)
    phone = {code: normal.phone_key(str(row.get("phone") or "")) for code, row in rows.items()}
    agent = {code: normal.person_name(str(row.get("agent") or "")) for code, row in rows.items()}
    insert_rows(
        Employer.__table__,
        (*EMPLOYER_COLUMNS, "phone_index", "agent_index", "round_id", "batch_id"),
        (
            (
                *_values(row, EMPLOYER_COLUMNS, Employer.__table__),
                keys.index("phone", phone[code]) if phone[code] else None,
                keys.index("agent", agent[code]) if agent[code] else None,
                batch.round_id,
                batch.id,
            )
            for code, row in rows.items()
        ),
    )
    return {"rows": len(rows), "new": len(rows) - len(replaced), "changed": len(replaced), "unknown": 0}


def confirmations(batch: Batch, path: Path, *, snapshot_on: date, taken_at: datetime) -> Answers:
    """Append every answer that this snapshot shows and that is not known yet; return counts and whose they are.

    Who was asked again after an answer is news too, although they had been unconfirmed before.
    """
    records, keys = _records(batch), ring()
    seen, asked_again = _seen(batch)
    rows, unknown, fresh = 0, 0, []
    for row in staging.rows(path):
        rows += 1
        record_id = records.get(str(row["student_no"]))
        if record_id is None:
            unknown += 1
            continue
        status, at = str(row["confirm_status"]), row.get("confirm_time")
        confirm_time = at if isinstance(at, datetime) else None
        answer = (record_id, status, confirm_time)
        if answer not in seen or (status in OPEN and asked_again(record_id, snapshot_on)):
            seen.add(answer)
            device = str(row.get("device") or "")
            index = keys.index("device", device) if device else None
            said_at = answered_at(confirm_time, taken_at=taken_at)
            fresh.append((*answer, snapshot_on, index, said_at, NATIONAL, True, batch.id))
    # Before they are written: the gate of sending holds the same rows while it looks for answers.
    lock_records({row[0] for row in fresh})
    insert_rows(Confirmation.__table__, _ANSWER_COLUMNS, fresh)
    by_status: dict[str, list[int]] = defaultdict(list)
    for record_id, status, *_ in fresh:
        by_status[status].append(record_id)
    return Answers({"rows": rows, "new": len(fresh), "changed": 0, "unknown": unknown}, by_status)


def _seen(batch: Batch) -> tuple[set[tuple[int, str, datetime | None]], Callable[[int, date], bool]]:
    """Return the answers that are known, and whether a record had answered before a day and not been asked again."""
    last: dict[int, tuple[date, str]] = {}
    seen = set()
    columns = (Confirmation.record_id, Confirmation.status, Confirmation.confirm_time, Confirmation.snapshot_on)
    known = (
        select(*columns)
        .join(Record, Confirmation.record_id == Record.id)
        .where(Record.round_id == batch.round_id, Record.organisation_id == batch.organisation_id)
        .where(Confirmation.source == NATIONAL)
        .order_by(Confirmation.snapshot_on, Confirmation.id)
    )
    for row in db.session.execute(known):
        seen.add((row.record_id, row.status, row.confirm_time))
        last[row.record_id] = row.snapshot_on, row.status

    def asked_again(record_id: int, snapshot_on: date) -> bool:
        on, status = last.get(record_id, (snapshot_on, ""))
        return status not in OPEN and on < snapshot_on

    return seen, asked_again


def changes(batch: Batch, path: Path) -> dict[str, int]:
    """Append the entries of the registration system's change log that are not known yet."""
    known = set(
        db.session.scalars(
            select(Change.log_id).filter_by(round_id=batch.round_id, organisation_id=batch.organisation_id)
        )
    )
    records = _records(batch)
    rows = {row["log_id"]: row for row in staging.rows(path)}
    fresh = [row for log_id, row in rows.items() if log_id not in known]
    insert_rows(
        Change.__table__,
        (*CHANGE_COLUMNS, "round_id", "organisation_id", "batch_id"),
        (
            (*_values(row, CHANGE_COLUMNS, Change.__table__), batch.round_id, batch.organisation_id, batch.id)
            for row in fresh
        ),
    )
    unknown = sum(str(row["student_no"]) not in records for row in fresh)
    return {"rows": len(rows), "new": len(fresh), "changed": 0, "unknown": unknown}


def proofs(batch: Batch, path: Path) -> dict[str, int]:
    """Append the files of proof that the manifest names and that are not known yet."""
    records = _records(batch)
    known = {
        tuple(row)
        for row in db.session.execute(
            select(Proof.record_id, Proof.sha256, Proof.file_name)
            .join(Record, Proof.record_id == Record.id)
            .where(Record.round_id == batch.round_id, Record.organisation_id == batch.organisation_id)
        )
    }
    rows, unknown, fresh = 0, 0, []
    for row in staging.rows(path):
        rows += 1
        record_id = records.get(str(row["student_no"]))
        if record_id is None:
            unknown += 1
            continue
        key = (record_id, row["sha256"], row["file_name"])
        if key not in known:
            known.add(key)
            fresh.append((*key, row.get("kind") or "", row.get("size"), row.get("text_excerpt") or "", batch.id))
    columns = ("record_id", "sha256", "file_name", "kind", "size", "text_excerpt", "batch_id")
    insert_rows(Proof.__table__, columns, fresh)
    return {"rows": rows, "new": len(fresh), "changed": 0, "unknown": unknown}


def operators(batch: Batch, path: Path) -> dict[str, int]:
    """Write the staff accounts of the registration system; the newest file replaces what was said before."""
    rows = {str(row["operator"]): row for row in staging.rows(path)}
    db.session.execute(
        delete(Operator).where(Operator.organisation_id == batch.organisation_id, Operator.code.in_(list(rows)))
    )
    insert_rows(
        Operator.__table__,
        ("organisation_id", "code", "role", "name", "college", "batch_id"),
        (
            (
                batch.organisation_id,
                code,
                row.get("role") or row.get("operator_role") or "",
                row["name"],
                row.get("college") or "",
                batch.id,
            )
            for code, row in rows.items()
        ),
    )
    return {"rows": len(rows), "new": len(rows), "changed": 0, "unknown": 0}


def minimum_wages(batch: Batch, path: Path) -> dict[str, int]:
    """Write the round's minimum wages: the newest file replaces what earlier files said of the same places."""
    rows = {str(row["place_code"]): row for row in staging.rows(path) if row["monthly_minimum"] is not None}
    known = rounds.table(batch.round_id, MINIMUM_WAGE)
    changed = 0
    for code, row in rows.items():
        monthly = f"{row['monthly_minimum']:.2f}".removesuffix(".00")
        entry = known.get(code) or CodeEntry(round_id=batch.round_id, table=MINIMUM_WAGE, code=code, name_en="")
        changed += code in known and entry.attributes.get("monthly") != monthly
        entry.name_zh = str(row.get("place_name") or entry.name_zh or "")
        entry.attributes = {"monthly": monthly}
        db.session.add(entry)
    return {"rows": len(rows), "new": len(rows.keys() - known.keys()), "changed": changed, "unknown": 0}


def _records(batch: Batch) -> dict[str, int]:
    wanted = select(Record.student_no, Record.id).filter_by(
        round_id=batch.round_id, organisation_id=batch.organisation_id
    )
    return {row.student_no: row.id for row in db.session.execute(wanted)}


def _values(row: dict[str, object], columns: Iterable[str], table: Table) -> list[object]:
    return ["" if (value := row.get(name)) is None and not table.c[name].nullable else value for name in columns]


def _forget(table: Table, round_id: int, codes: set[str]) -> None:
    gone = sorted(codes)
    for start in range(0, len(gone), 500):
        keys = [(round_id, code) for code in gone[start : start + 500]]
        db.session.execute(delete(table).where(tuple_(table.c.round_id, table.c.credit_code).in_(keys)))
