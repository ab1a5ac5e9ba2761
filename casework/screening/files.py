"""Files that were never imported, as the frames of a screening: a province may look before it decides.

The importers read them, so that headers, encodings and dirty values are treated
as in an import; but only the columns that rules ask for. Telephone numbers,
devices and agents become tokens while they are read, under a key that lives as
long as this object and is written nowhere. Parquet files whose columns are the
frames' own are taken as they are.
"""

import hmac
import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from casework.errors import N_, FileRefused
from casework.intake import normal
from casework.intake.importers.codes import CodeTable
from casework.intake.importers.headers import importer_of
from casework.intake.importers.inspection import inspect
from casework.intake.importers.numbers import PAY
from casework.intake.importers.shapes import Column, Flaw, Importer, Problem, Reader, Staged
from casework.intake.importers.staging import stage
from casework.intake.queries import STATUS
from casework.screening.frames import KEYS, SCHEMAS, check

# Frame → the kind of file that it comes from, and the frame's columns that have another name there.
KINDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "records": (
        "graduates",
        {
            "university": "school_name",
            "pay": "pay_text",
            "phone_index": "phone",
            "family_phone_index": "family_phone",
            "employer_phone_index": "employer_phone",
            "employer_mobile_index": "employer_mobile",
        },
    ),
    "employers": ("employers", {"phone_index": "phone", "agent_index": "agent"}),
    "changes": ("changes", {}),
    "confirmations": ("confirmations", {"status": "confirm_status"}),
    "proofs": ("proofs", {}),
    "operators": ("operators", {}),
    "minimum_wages": ("minimum_wages", {"monthly": "monthly_minimum"}),
}
PARQUET = b"PAR1"
SHOWN = 3  # different problems of a file that are named

_DAY = re.compile(r"(20\d\d)-?(\d\d)-?(\d\d)")
# What a sealed field holds, and how it is made comparable; all others are telephone numbers.
_SEALED: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "agent": ("agent", normal.person_name),
    "device": ("device", str),
}
_SPARE = {("operators", "name")}  # the account names an operator; no rule asks for the person


@dataclass(frozen=True)
class FileRead:
    """What became of one file; `problems` are the first of each sort, sealed values masked."""

    path: Path
    frame: str
    rows: int
    staged: Staged | None = None
    problems: tuple[Problem, ...] = ()


class Files:
    """Reads files into frames inside one folder that the caller removes afterwards."""

    def __init__(
        self,
        folder: Path,
        *,
        codes: Mapping[str, CodeTable],
        as_of: date,
        should_stop: Callable[[], bool] | None = None,
    ) -> None:
        self._folder, self._codes, self._as_of, self._should_stop = folder, codes, as_of, should_stop
        self._key = secrets.token_bytes(32)
        self.read: list[FileRead] = []

    def frames(self, given: Mapping[str, Sequence[Path]]) -> dict[str, Path]:
        """Return a Parquet file a frame; raise `FileRefused` or `FrameInvalid` with what is wrong in which file."""
        return {frame: self._frame(frame, paths) for frame, paths in given.items() if paths}

    def _frame(self, frame: str, paths: Sequence[Path]) -> Path:
        parts = [self._part(frame, path) for path in paths]
        if len(parts) == 1:
            return parts[0]
        joined = self._folder / f"{frame}.parquet"
        tables = [pq.read_table(part, partitioning=None) for part in parts]
        pq.write_table(pa.concat_tables(tables, promote_options="default"), joined)
        return joined

    def _part(self, frame: str, path: Path) -> Path:
        with path.open("rb") as file:
            if file.read(len(PARQUET)) == PARQUET:
                return self._parquet(frame, path)
        kind, other_names = KINDS[frame]
        try:
            return self._staged(frame, path, kind, other_names)
        except FileRefused as refusal:
            message = N_("文件“%(file)s”不能读取：%(why)s")
            raise FileRefused(
                message, code=refusal.code, params={"file": path.name, "why": refusal.message % refusal.params}
            ) from refusal

    def _parquet(self, frame: str, path: Path) -> Path:
        try:
            check(frame, path)
            rows = pq.read_metadata(path).num_rows
        except pa.ArrowInvalid as fault:
            raise FileRefused(
                N_("文件“%(file)s”不是完整的 Parquet 文件，请重新导出。"),
                code="corrupt_file",
                params={"file": path.name},
            ) from fault
        self.read.append(FileRead(path, frame, rows))
        return path

    def _staged(self, frame: str, path: Path, kind: str, other_names: Mapping[str, str]) -> Path:
        inspection = inspect(path, filename=path.name, kind=kind)
        there = set(inspection.mapping)
        reader = self._reader(frame, importer_of(kind), other_names, there)
        names = {other_names.get(column.name, column.name): column.name for column in reader.columns}
        staged = stage(
            path,
            inspection,
            self._folder / f"{frame}-{len(self.read)}.parquet",
            mapping=[names.get(name) if name else None for name in inspection.mapping],
            codes=self._codes,
            reader=reader,
            should_stop=self._should_stop,
        )
        self.read.append(FileRead(path, frame, staged.rows_staged, staged, _first_of_each(staged)))
        return self._dated(staged.path, path) if frame == "confirmations" else staged.path

    def _reader(
        self, frame: str, importer: Importer, other_names: Mapping[str, str], there: Collection[str | None]
    ) -> Importer:
        """Return an importer of a frame's columns under the frame's names; all but the frame's keys may be missing."""
        known = {column.name for column in importer.columns}
        columns = [
            self._column(importer.column(other_names.get(name, name)), name, required=name in KEYS[frame])
            for name in SCHEMAS[frame].names
            if other_names.get(name, name) in known and (frame, name) not in _SPARE
        ]
        # Numbers of graduates repeat between universities, and rows whose whole key is not there name nothing twice.
        key = importer.key + (("university",) if frame == "records" and "school_name" in there else ())
        named = all(other_names.get(name, name) in there for name in key)
        return replace(importer, columns=tuple(columns), key=key if named else ())

    def _column(self, column: Column, name: str, *, required: bool) -> Column:
        reader = column.reader
        if name == "pay":
            reader = PAY
        elif name == "status" and column.name == "confirm_status":
            reader = _read_with(reader, STATUS.get)
        elif column.sealed:
            reader = _read_with(reader, self._token_of(column.name))
        return replace(column, name=name, reader=reader, required=required, wanted=False, also=())

    def _token_of(self, field: str) -> Callable[[str], str | None]:
        sort, comparable = _SEALED.get(field, ("phone", normal.phone_key))

        def token(value: str) -> str | None:
            plain = comparable(value)
            return hmac.digest(self._key, f"{sort}:{plain}".encode(), "sha256").hex()[:32] if plain else None

        return token

    def _dated(self, staged: Path, source: Path) -> Path:
        """Add the day of a snapshot, which stands in its file's name, else is the day up to which facts count."""
        found = _DAY.search(source.stem)
        try:
            on = date(*map(int, found.groups())) if found else self._as_of
        except ValueError:
            on = self._as_of
        table = pq.read_table(staged, partitioning=None)
        days = pa.array([on] * table.num_rows, pa.date32())
        pq.write_table(table.append_column("snapshot_on", days), staged)
        return staged


def _read_with(reader: Reader, change: Callable[[str], str | None]) -> Reader:
    """Return a reader whose values are changed before anybody else sees them."""

    def read(text: str) -> Any:
        value = reader.read(text)
        if isinstance(value, Flaw):
            return value._replace(value=change(value.value) if isinstance(value.value, str) else None)
        return change(value) if isinstance(value, str) else value

    return Reader(read, reader.arrow_type, longest=reader.longest)


def _first_of_each(staged: Staged) -> tuple[Problem, ...]:
    found: dict[str, Problem] = {}
    for problem in staged.problems():
        found.setdefault(problem.code, problem)
        if len(found) == SHOWN:
            break
    return tuple(found.values())
