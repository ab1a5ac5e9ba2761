"""Write a registration export: new records, and a revision for each record that the export changes.

Nothing is overwritten. Whether a row says anything new is decided by one keyed
hash over all its values, so that a newer export of 12,000 rows of which 40
changed opens 40 seals and not 12,000.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select, text

from casework.db import db, new_ref
from casework.intake import normal, staging
from casework.intake.bulk import insert_rows
from casework.intake.fields import RECORD_FIELDS
from casework.intake.models import Batch, Record, Revision
from casework.sealing import KeyRing, ring

SEALED = tuple(known.name for known in RECORD_FIELDS if known.kept and known.sealed)
INDEXED = {
    "id_number": "id_number_index",
    "phone": "phone_index",
    "family_phone": "family_phone_index",
    "employer_phone": "employer_phone_index",
    "employer_mobile": "employer_mobile_index",
}
PLAIN = tuple(
    column.name
    for column in Revision.__table__.columns
    if column.name
    not in {"id", "record_id", "number", "batch_id", "changed", "content_hash", "sealed", *INDEXED.values()}
)
NULLABLE = {column.name for column in Revision.__table__.columns if column.nullable}
VALUES = (*PLAIN, *SEALED)


@dataclass
class Written:
    """What a batch of records came to."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    changed_record_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    record_id: int
    number: int
    content_hash: str


def write(batch: Batch, path: Path, *, colleges: dict[str, int]) -> Written:
    """Write the staged rows of a confirmed batch in the present transaction."""
    written = Written()
    known = _known(batch)
    for part in staging.slices(path):
        fresh = [row for row in _rows(part) if row["student_no"] not in known]
        for student_no, record_id in _insert_records(batch, fresh, colleges).items():
            known[student_no] = _Known(record_id, 0, "")
        insert_rows(Revision.__table__, _COLUMNS, _revisions(batch, part, known, written))
    _point_at_newest(batch, colleges)
    return written


def hashed(values: dict[str, object], keys: KeyRing) -> str:
    """Return the keyed hash of one row's values, in the order of the fields."""
    return keys.index("row", "\x1f".join([str(values.get(name) or "") for name in VALUES]))


_COLUMNS = ("record_id", "number", "batch_id", "changed", "content_hash", *PLAIN, "sealed", *INDEXED.values())


def _rows(part: dict[str, list]) -> Iterator[dict[str, object]]:
    names = list(part)
    for values in zip(*part.values(), strict=True):
        yield dict(zip(names, values, strict=True))


def _known(batch: Batch) -> dict[str, _Known]:
    wanted = (
        select(Record.student_no, Record.id, Revision.number, Revision.content_hash)
        .join(Revision, Record.revision_id == Revision.id)
        .where(Record.round_id == batch.round_id, Record.organisation_id == batch.organisation_id)
    )
    return {row.student_no: _Known(row.id, row.number, row.content_hash) for row in db.session.execute(wanted)}


def _insert_records(batch: Batch, fresh: list[dict[str, object]], colleges: dict[str, int]) -> dict[str, int]:
    if not fresh:
        return {}
    columns = ("ref", "round_id", "organisation_id", "college_id", "student_no", "name")
    last = db.session.scalar(select(func.max(Record.id))) or 0
    insert_rows(
        Record.__table__,
        columns,
        (
            (
                new_ref(),
                batch.round_id,
                batch.organisation_id,
                colleges.get(str(row.get("college") or "")),
                row["student_no"],
                row.get("name") or "",
            )
            for row in fresh
        ),
    )
    inserted = select(Record.student_no, Record.id).where(
        Record.id > last, Record.round_id == batch.round_id, Record.organisation_id == batch.organisation_id
    )
    return {row.student_no: row.id for row in db.session.execute(inserted)}


def _revisions(batch: Batch, part: dict[str, list], known: dict[str, _Known], written: Written) -> Iterable[tuple]:
    keys = ring()
    for row in _rows(part):
        before = known[str(row["student_no"])]
        digest = hashed(row, keys)
        if digest == before.content_hash:
            written.unchanged += 1
            continue
        if before.number:
            written.changed += 1
            written.changed_record_ids.append(before.record_id)
        else:
            written.new += 1
        plain = [_stored(name, row.get(name)) for name in PLAIN]
        changed = _changed(before, row) if before.number else []
        yield (before.record_id, before.number + 1, batch.id, changed, digest, *plain, *_sealed(row, keys))


def _sealed(row: dict[str, object], keys: KeyRing) -> Iterator[object]:
    values = {name: str(row[name]) for name in SEALED if row.get(name)}
    yield keys.seal(json.dumps(values, ensure_ascii=False).encode(), "revision")
    for name in INDEXED:
        value = values.get(name)
        comparable = value and (value if name == "id_number" else normal.phone_digits(value))
        yield keys.index("id_number" if name == "id_number" else "phone", comparable) if comparable else None


def _stored(name: str, value: object) -> object:
    if value is None:
        return None if name in NULLABLE else ""
    return value


def _changed(before: _Known, row: dict[str, object]) -> list[str]:
    wanted = select(Revision).where(Revision.record_id == before.record_id, Revision.number == before.number)
    old = db.session.scalars(wanted).one()
    sealed = old.sealed or {}
    values = {name: sealed.get(name) if name in SEALED else getattr(old, name) for name in VALUES}
    return [name for name in VALUES if _plain(values[name]) != _plain(row.get(name))]


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (Decimal, float)):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _point_at_newest(batch: Batch, colleges: dict[str, int]) -> None:
    db.session.execute(
        text(
            "UPDATE records SET revision_id = newest.id, name = newest.name FROM revisions AS newest"
            " WHERE newest.record_id = records.id AND newest.batch_id = :batch"
        ),
        {"batch": batch.id},
    )
    moved = (
        select(Record.id, Revision.college)
        .join(Revision, Record.revision_id == Revision.id)
        .where(Revision.batch_id == batch.id, Revision.number > 1)
    )
    for row in db.session.execute(moved).all():
        db.session.execute(
            Record.__table__.update().where(Record.id == row.id).values(college_id=colleges.get(row.college))
        )
    db.session.expire_all()
