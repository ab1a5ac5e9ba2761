"""The list of what a person should look at: row, column, value, reason, and what became of it.

It grows beside the staged rows in a file of its own, so that a file in which
every row is wrong needs no more memory than one in which none is.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from casework.errors import N_
from casework.intake.importers.batches import Batch, Remark
from casework.intake.importers.reading import ColumnReading
from casework.intake.importers.shapes import PROBLEM_SCHEMA, Flaw, Problem

_KEY_BLANK = N_("“%(column)s”为空，此行未导入；请补填后重新导入。")
_BLANK = N_("“%(column)s”为空，此行已导入，此项按未填写记录；请补填。")
_HIDDEN = "******"


def of_flaw(reading: ColumnReading, cell: str, flaw: Flaw, row: int) -> Problem:
    """Say what a reader found; a row whose essential cell is lost was left out."""
    lost = flaw.value is None
    skipped = lost and reading.is_essential
    return Problem(
        row=row,
        header=reading.header,
        field=reading.column.name,
        value=reading.shown(cell),
        code=flaw.code,
        message=flaw.message,
        params={name: _HIDDEN if reading.column.sealed else value for name, value in flaw.params},
        severity="error" if skipped else "warning",
        handling="skipped" if skipped else "left_open" if lost else "kept",
    )


def of_blank(reading: ColumnReading, row: int) -> Problem:
    """Say that a cell which should be filled is empty."""
    essential = reading.is_essential
    return Problem(
        row=row,
        header=reading.header,
        field=reading.column.name,
        value="",
        code="key_blank" if essential else "blank",
        message=_KEY_BLANK if essential else _BLANK,
        params={"column": reading.header},
        severity="error" if essential else "warning",
        handling="skipped" if essential else "left_open",
    )


def of_remark(reading: ColumnReading | None, batch: Batch, remark: Remark) -> Problem:
    """Say what the file itself showed about a row, or about a cell when `reading` is given."""
    cell = batch.columns[reading.index][remark.row] if reading else ""
    kept = "kept" if cell or reading is None else "left_open"
    return Problem(
        row=batch.first_row + remark.row,
        header=reading.header if reading else "",
        field=reading.column.name if reading else "",
        value=reading.shown(cell) if reading else "",
        code=remark.code,
        message=remark.message,
        params={},
        severity="error" if remark.skips else "warning",
        handling="skipped" if remark.skips else kept,
    )


class ProblemList:
    """The growing file; `path` exists only after `finish`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._writer = pq.ParquetWriter(self._part, PROBLEM_SCHEMA, compression="zstd")

    def add(self, problems: Iterable[Problem]) -> None:
        """Append problems, in any order."""
        lines = [{**p._asdict(), "params": json.dumps(p.params, ensure_ascii=False)} for p in problems]
        if lines:
            self._writer.write_table(pa.Table.from_pylist(lines, schema=PROBLEM_SCHEMA))

    def finish(self) -> tuple[int, int]:
        """Put the problems in the order of the rows; give how many there are and how many rows they are about."""
        self._writer.close()
        problems = pq.read_table(self._part)
        order = pc.sort_indices(problems, sort_keys=[("row", "ascending")])  # stable: columns stay in their order
        pq.write_table(problems.take(order), self._part, compression="zstd")
        self._part.replace(self.path)
        return problems.num_rows, pc.count_distinct(problems["row"]).as_py()

    def clear_away(self) -> None:
        """Remove what has no final name; harmless after `finish`."""
        self._writer.close()
        self._part.unlink(missing_ok=True)
