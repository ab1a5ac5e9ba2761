"""What an import is made of: the columns that it knows, what it found in a file, and what it could not read.

Everything here is frozen and holds plain values, so that a page can show it, a
job can carry it and a test can compare it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from casework.errors import CaseworkError
from workflows.engine import Words


class StagingStopped(CaseworkError):  # noqa: N818
    """Somebody asked the staging to stop; both of its files are gone."""

    code = "staging_stopped"


class Flaw(NamedTuple):
    """Why a reader could not take a value as it stands, and what stands there now (None: left open)."""

    value: Any
    code: str
    message: str
    params: tuple[tuple[str, str], ...] = ()


Read = Callable[[str], Any]  # text of a cell → value, or Flaw
Plain = Callable[[str], bool]  # all texts of a batch, joined → every one of them may stay as it is


@dataclass(frozen=True)
class Reader:
    """Turns the text of a cell into a value.

    `plain` looks at a whole batch of one column at once; when it says yes, the
    texts are taken unchanged without reading them one by one. It may say no
    wrongly, never yes. `longest`: more characters than that are no value of this
    kind (a lost quote, a pasted page) and are left out and said.
    """

    read: Read
    arrow_type: pa.DataType
    plain: Plain | None = None
    longest: int | None = None


@dataclass(frozen=True)
class Column:
    """A field that an importer can fill."""

    name: str
    label: str
    reader: Reader
    aliases: tuple[str, ...] = ()
    required: bool = False
    sealed: bool = False
    codes: str | None = None  # table of the round
    closed: bool = False  # a code that the table does not know is no value
    strict: bool = False  # a label in place of the code is odd enough to be said
    wanted: bool = False  # a blank is said
    labels: tuple[str, ...] = ()  # headers of the label column, read only when the code column is missing
    also: tuple[tuple[str, Reader], ...] = ()  # further fields read from the same cell


@dataclass(frozen=True)
class Importer:
    """One kind of file: its columns, and the fields that together name a row."""

    kind: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    not_stored: tuple[str, ...] = ()  # headers that are known and left out on purpose

    def column(self, name: str) -> Column:
        """Give the column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class Limits:
    """How large a file may be before it is refused; sizes in bytes."""

    max_size: int = 2 << 30
    max_unpacked: int = 1 << 30
    max_ratio: int = 100  # unpacked : packed, looked at from `ratio_from` bytes on
    ratio_from: int = 16 << 20
    max_columns: int = 256
    max_cell: int = 32_767  # characters; what a spreadsheet cell holds
    header_rows: int = 10


@dataclass(frozen=True)
class Inspection:
    """What a file turned out to be. `samples` are the texts as they stand, personal data among them."""

    kind: str
    format: str  # xlsx, csv, json
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    header_row: int  # 1 = first row of the sheet or file
    headers: tuple[str, ...]
    mapping: tuple[str | None, ...]  # field per column; None: not taken
    samples: tuple[tuple[str, ...], ...]
    unmapped: tuple[str, ...]
    not_stored: tuple[str, ...]
    missing_required: tuple[str, ...]  # labels, as a person knows them
    sha256: str
    size: int
    rows_estimate: int


class Problem(NamedTuple):
    """Something in one row that a person should see. `value` is masked when the field is sealed."""

    row: int  # 1 = first row below the header
    header: str
    field: str
    value: str
    code: str
    message: str
    params: Mapping[str, str | Words]
    severity: str  # error: the row was left out; warning: it was taken
    handling: str  # skipped, kept, left_open, merged


PROBLEM_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        *((name, pa.string()) for name in ("header", "field", "value", "code", "message", "params")),
        ("severity", pa.string()),
        ("handling", pa.string()),
    ]
)


@dataclass(frozen=True)
class Staged:
    """The result of a staging: two Parquet files and their counts."""

    kind: str
    path: Path
    problems_path: Path
    rows_in_file: int
    rows_staged: int
    rows_skipped: int
    rows_merged: int
    problem_count: int
    rows_reported: int
    columns: tuple[str, ...]

    def problems(self) -> Iterator[Problem]:
        """Give the problems in the order of the file's rows."""
        with pq.ParquetFile(self.problems_path) as file:
            for batch in file.iter_batches():
                for line in batch.to_pylist():
                    yield Problem(**{**line, "params": _read(line["params"])})


def _read(stored: str) -> dict[str, str | Words]:
    """Return parameters as they were before they became JSON, which knows lists and no words."""
    return {name: Words(value) if isinstance(value, list) else value for name, value in json.loads(stored).items()}
