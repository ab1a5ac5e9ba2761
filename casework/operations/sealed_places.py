"""Everything that lies sealed: every column by its type, pushes that wait, and two folders of files.

Columns are found by their type, so that a new one is sealed anew like the old
ones without anybody thinking of it. Whatever is sealed by hand, with
`ring().seal`, is named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, bindparam, func, select, type_coerce, update

from casework import storage
from casework.config import Settings
from casework.db import Base, db
from casework.leads import drafts
from casework.notices.models import ReceiptInbox
from casework.operations.land_push import CONTEXT, RAW
from casework.sealing import SealBroken, SealedJSON, SealedText, ring

SLICE_ROWS, SLICE_BYTES = 500, 4 * 1024 * 1024


@dataclass(frozen=True)
class Place:
    """A sealed column, with the context that is bound into each of its values."""

    table: Table
    column: Column[Any]
    context: str

    @property
    def name(self) -> str:
        """Return what it is called: table and column."""
        return f"{self.table.name}.{self.column.name}"


@dataclass(frozen=True)
class Slice:
    """What came of a slice: values sealed anew, values that do not open; after which row to go on, None at the end."""

    resealed: int
    broken: int
    after: int | None


def columns() -> tuple[Place, ...]:
    """Return every sealed column of every table."""
    return tuple(
        Place(table, column, column.type.context)
        for table in Base.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, SealedText | SealedJSON)
    )


def folders(settings: Settings) -> Mapping[Path, str | None]:
    """Return the folders of sealed files, with the context of theirs; None: each file's own name is its context."""
    return {settings.files_dir: None, drafts.folder(settings): drafts.CONTEXT}


def count_by_key(place: Place, names: tuple[str, ...]) -> dict[str, int]:
    """Return how many values of a column each of these keys has sealed; `?` are those of any other."""
    raw = type_coerce(place.column, LargeBinary)
    longest = max(len(name) for name in names) + 1
    begun = func.substr(raw, 1, longest).label("begun")
    found = dict.fromkeys((*names, "?"), 0)
    for head, number in db.session.execute(
        select(begun, func.count()).where(place.column.is_not(None)).group_by(begun)
    ):
        found[next((name for name in names if bytes(head).startswith(ring().prefix(name))), "?")] += number
    return {name: number for name, number in found.items() if number}


def reseal_slice(place: Place, *, after: int = 0) -> Slice:
    """Seal the next values of a column with the newest key; rows that somebody else is changing are left for later.

    A row is locked without waiting and changed only while it holds the very bytes that were read.
    """
    raw, key = type_coerce(place.column, LargeBinary), place.table.c.id
    prefix = ring().prefix()
    old = func.substr(raw, 1, len(prefix)) != prefix
    sizes = db.session.execute(
        select(key, func.length(raw)).where(key > after, place.column.is_not(None), old)
        .order_by(key).limit(SLICE_ROWS)
    ).all()  # fmt: skip
    wanted = _first(sizes)
    if not wanted:
        return Slice(0, 0, None)
    held = select(key, raw).where(key.in_(wanted)).with_for_update(key_share=True, skip_locked=True)
    changes, broken = [], 0
    for row_id, sealed in db.session.execute(held).all():
        try:
            changes.append({"row": row_id, "old": bytes(sealed), "new": ring().reseal(bytes(sealed), place.context)})
        except SealBroken:
            broken += 1
    if changes:
        db.session.connection().execute(_change(place), changes)
    return Slice(len(changes), broken, wanted[-1])


def reseal_pushes() -> Slice:
    """Seal what providers pushed and nobody has applied yet; there is little of it and it is gone within minutes."""
    waiting = select(ReceiptInbox).where(ReceiptInbox.provider.endswith(RAW, autoescape=True))
    done = broken = 0
    for row in db.session.scalars(waiting.with_for_update(key_share=True, skip_locked=True)).all():
        sealed = bytes.fromhex(row.body["sealed"])
        try:
            fresh = ring().reseal(sealed, CONTEXT)
        except SealBroken:
            broken += 1
            continue
        if fresh is not sealed:
            row.body = {**row.body, "sealed": fresh.hex()}
            done += 1
    db.session.flush()
    return Slice(done, broken, None)


def count_pushes(name: str) -> int:
    """Return how many pushes that wait a key has sealed."""
    waiting = select(ReceiptInbox.body).where(ReceiptInbox.provider.endswith(RAW, autoescape=True))
    begun = ring().prefix(name).hex()
    return sum(body["sealed"].startswith(begun) for body in db.session.scalars(waiting))


def count_files(settings: Settings, name: str) -> int:
    """Return how many files a key has sealed."""
    return sum(storage.key_of(path) == name for folder in folders(settings) for path in _paths(folder))


def reseal_file(path: Path, context: str | None) -> bool | None:
    """Seal a file with the newest key; False when nothing had to be done, None when it does not open."""
    try:
        return storage.reseal(path, context or path.name)
    except SealBroken:
        return None


def files_of(settings: Settings) -> list[tuple[Path, str | None]]:
    """Return every sealed file with its context."""
    return [(path, context) for folder, context in folders(settings).items() for path in _paths(folder)]


def _paths(folder: Path) -> list[Path]:
    return storage.sealed_paths(folder) if folder.is_dir() else []


def _first(sizes: Any) -> list[int]:
    """Return as many ids as fit into a slice, one at least: frozen dossiers are far larger than telephone numbers."""
    ids: list[int] = []
    total = 0
    for row_id, size in sizes:
        total += size
        if ids and total > SLICE_BYTES:
            break
        ids.append(row_id)
    return ids


def _change(place: Place) -> Any:
    unchanged = type_coerce(place.column, LargeBinary) == bindparam("old", type_=LargeBinary)
    fresh = {place.column: bindparam("new", type_=LargeBinary)}
    return update(place.table).where(place.table.c.id == bindparam("row"), unchanged).values(fresh)
