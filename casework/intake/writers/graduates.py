"""Write a registration export: new records, and a revision for each record that the export changes.

Nothing is overwritten. Whether a row says anything new is decided by one keyed
hash over all its values, so that a newer export of 12,000 rows of which 40
changed opens 40 seals and not 12,000.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select, text, update

from casework.db import db, new_ref
from casework.intake import normal, staging
from casework.intake.bulk import defer_references, insert_rows, new_ids
from casework.intake.fields import RECORD_FIELDS
from casework.intake.models import Batch, Record, Revision
from casework.sealing import KeyRing, ring

SEALED = tuple(known.name for known in RECORD_FIELDS if known.kept and known.sealed)
INDEXED = {
    "id_number": "id_number_index",
    "phone": "phone_index",
    "email": "email_index",
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
AT_ONCE = 500
_COMPARABLE: Mapping[str, Callable[[str], str]] = {"id_number": str, "email": str.casefold}
"""What of a value is compared; any other indexed field is a telephone number."""
_COLUMNS = ("id", "record_id", "number", "batch_id", "changed", "content_hash", *PLAIN, "sealed", *INDEXED.values())


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
    first_revision_id: int | None = None


class _Ids(NamedTuple):
    records: Iterator[int]
    revisions: Iterator[int]


def write(batch: Batch, path: Path, *, colleges: dict[str, int]) -> Written:
    """Write the staged rows of a confirmed batch in the present transaction.

    A column that the file does not have says nothing: the record keeps what is known of it.
    """
    written = Written()
    known = _known(batch)
    ids = _Ids(new_ids(Record.__table__), new_ids(Revision.__table__))
    defer_references()  # a new record names its first revision, which follows it
    for part in staging.slices(path):
        fresh = [place for place, number in enumerate(part["student_no"]) if number not in known]
        known |= _insert_records(batch, part, fresh, colleges, ids)
        # A list, because nothing else can be asked of PostgreSQL while it takes rows in.
        insert_rows(Revision.__table__, _COLUMNS, list(_revisions(batch, part, known, written, ids)))
    if written.changed:
        _point_at_newest(batch, colleges)
    db.session.expire_all()
    return written


def _known(batch: Batch) -> dict[str, _Known]:
    wanted = (
        select(Record.student_no, Record.id, Revision.number, Revision.content_hash)
        .join(Revision, Record.revision_id == Revision.id)
        .where(Record.round_id == batch.round_id, Record.organisation_id == batch.organisation_id)
    )
    return {row.student_no: _Known(row.id, row.number, row.content_hash) for row in db.session.execute(wanted)}


def _insert_records(
    batch: Batch, part: Mapping[str, Sequence], fresh: Sequence[int], colleges: dict[str, int], ids: _Ids
) -> dict[str, _Known]:
    numbers, nothing = part["student_no"], [None] * len(part["student_no"])
    of_college, names = part.get("college", nothing), part.get("name", nothing)
    place_of = (batch.round_id, batch.organisation_id)
    made = {numbers[at]: _Known(next(ids.records), 0, "", next(ids.revisions)) for at in fresh}
    insert_rows(
        Record.__table__,
        ("id", "revision_id", "ref", "round_id", "organisation_id", "student_no", "name", "college_id"),
        [
            (
                made[numbers[at]].record_id,
                made[numbers[at]].first_revision_id,
                new_ref(),
                *place_of,
                numbers[at],
                names[at] or "",
                colleges.get(of_college[at] or ""),
            )
            for at in fresh
        ],
    )
    return made


def _revisions(
    batch: Batch, part: dict[str, list], known: Mapping[str, _Known], written: Written, ids: _Ids
) -> Iterator[tuple[object, ...]]:
    before = [known[number] for number in part["student_no"]]
    columns = {name: part[name] for name in VALUES if name in part}
    if len(columns) < len(VALUES):
        _carry_over(columns, before)
    said = {name: list(map(plain, values)) for name, values in columns.items()}
    keys = ring()
    digests = [keys.index("row", "\x1f".join(row)) for row in zip(*(said[name] for name in VALUES), strict=True)]
    news = [place for place, known_row in enumerate(before) if digests[place] != known_row.content_hash]
    written.unchanged += len(before) - len(news)
    old = _spoken([before[place].record_id for place in news if before[place].number])
    index, batch_id = _Indexes(keys), batch.id
    # A column that may be empty holds the value itself, any other its text, "" for nothing.
    stored = list(zip(*(columns[name] if name in NULLABLE else said[name] for name in PLAIN), strict=True))
    for place in news:
        row, changed = before[place], []
        if row.number:
            changed = [name for name in VALUES if old[row.record_id][name] != said[name][place]]
            written.changed += 1
            written.changed_record_ids.append(row.record_id)
        else:
            written.new += 1
        sealed = {name: said[name][place] for name in SEALED if said[name][place]}
        yield (
            row.first_revision_id or next(ids.revisions),
            row.record_id,
            row.number + 1,
            batch_id,
            changed,
            digests[place],
            *stored[place],
            keys.seal(json.dumps(sealed, ensure_ascii=False).encode(), "revision"),
            *(index.of(name, sealed.get(name)) for name in INDEXED),
        )


class _Indexes:
    """Blind indexes of one slice, each made once: a thousand graduates share an employer's number."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._made: dict[tuple[str, str], str | None] = {}

    def of(self, name: str, value: str | None) -> str | None:
        """Return the index of one field's value, or None where there is nothing to compare."""
        if not value:
            return None
        kind = name if name in _COMPARABLE else "phone"
        if (kind, value) not in self._made:
            comparable = _COMPARABLE.get(kind, normal.phone_key)(value)
            self._made[kind, value] = self._keys.index(kind, comparable) if comparable else None
        return self._made[kind, value]


def index_of(name: str, value: str | None) -> str | None:
    """Return the blind index of one value of a field, as an import writes it."""
    return _Indexes(ring()).of(name, value)


def _carry_over(columns: dict[str, list], before: Sequence[_Known]) -> None:
    missing = [name for name in VALUES if name not in columns]
    old = {revision.record_id: revision for revision in _newest([row.record_id for row in before if row.number])}
    for name in missing:
        columns[name] = [_value(old[row.record_id], name) if row.number else None for row in before]


def _spoken(record_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    return {row.record_id: {name: plain(_value(row, name)) for name in VALUES} for row in _newest(record_ids)}


def _newest(record_ids: Sequence[int]) -> Iterator[Revision]:
    for start in range(0, len(record_ids), AT_ONCE):
        wanted = select(Revision).join(Record, Record.revision_id == Revision.id)
        yield from db.session.scalars(wanted.where(Record.id.in_(record_ids[start : start + AT_ONCE]))).all()


def _value(revision: Revision, name: str) -> object:
    return (revision.sealed or {}).get(name) if name in SEALED else getattr(revision, name)


def plain(value: object) -> str:
    """Return a value as the text in which two revisions are compared, the same before and after the database."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}".removesuffix(".00")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _point_at_newest(batch: Batch, colleges: dict[str, int]) -> None:
    db.session.execute(
        text(
            "UPDATE records SET revision_id = newest.id, name = newest.name FROM revisions AS newest"
            " WHERE newest.record_id = records.id AND newest.batch_id = :batch AND newest.number > 1"
        ),
        {"batch": batch.id},
    )
    moved = select(Revision.record_id, Revision.college).where(Revision.batch_id == batch.id, Revision.number > 1)
    members: dict[int | None, list[int]] = defaultdict(list)
    for row in db.session.execute(moved):
        members[colleges.get(row.college)].append(row.record_id)
    for college_id, record_ids in members.items():
        for start in range(0, len(record_ids), AT_ONCE):
            some = Record.id.in_(record_ids[start : start + AT_ONCE])
            db.session.execute(update(Record).where(some).values(college_id=college_id))
