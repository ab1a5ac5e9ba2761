"""Reads a whole file into a staging file, and beside it the list of what could not be read.

The service stores nothing here: a person first sees the list, then one
transaction takes the staged rows or none. Both files appear under their names
only when complete; a refusal, a stop or a crash leaves neither.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from casework.errors import N_, FileRefused, Invalid
from casework.intake.importers.batches import Batch, batches
from casework.intake.importers.codes import CodeTable
from casework.intake.importers.duplicates import twice_named, without
from casework.intake.importers.headers import importer_of
from casework.intake.importers.problems import ProblemList, of_blank, of_flaw, of_remark
from casework.intake.importers.reading import ColumnReading
from casework.intake.importers.shapes import Importer, Inspection, Limits, Staged, StagingStopped
from workflows.engine import Words

_MISSING = N_("表头中没有“%(columns)s”列，整个文件未导入；请在导出时包含此列，或在列对应中指定。")
_NO_ROWS = N_("文件只有表头，没有数据行；请核对导出条件后重新上传。")
_STOPPED = N_("导入已按要求停止，没有保留任何内容。")
_CELL_TOO_LONG = N_(
    "“%(column)s”列第 %(row)s 行有 %(length)s 个字，不像正常内容（可能少了一个引号）；请核对后重新导出。"
)

Progress = Callable[[int, int], object]


def stage(
    path: Path,
    inspection: Inspection,
    target_parquet: Path,
    *,
    mapping: Sequence[str | None] | None = None,
    codes: Mapping[str, CodeTable] | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
    reader: Importer | None = None,
) -> Staged:
    """Read every row into `target_parquet` and the problems into `<target>.problems`.

    Columns are the canonical fields and `row_number` (1 = first row below the
    header). `codes` are the round's tables by field name; `reader` reads this kind
    otherwise (fewer columns, other readers) and `mapping` then names its fields. Raises FileRefused for
    structural faults, StagingStopped when asked to stop; either leaves nothing.
    """
    importer = reader or importer_of(inspection.kind)
    readings = _readings(importer, inspection, tuple(mapping or inspection.mapping), codes or {})
    staging = _Staging(importer, readings, target_parquet)
    bounds = limits or Limits()
    try:
        for batch in batches(path, inspection, limits=bounds):
            if should_stop is not None and should_stop():
                raise StagingStopped(_STOPPED)
            staging.take(batch, bounds)
            if on_progress is not None:
                on_progress(staging.last_row, max(inspection.rows_estimate, staging.last_row))
        return staging.finish()
    finally:
        staging.clear_away()


def _readings(
    importer: Importer, inspection: Inspection, mapping: tuple[str | None, ...], codes: Mapping[str, CodeTable]
) -> list[ColumnReading]:
    taken = [name for name in mapping if name is not None]
    known = {column.name for column in importer.columns}
    if len(mapping) != len(inspection.headers) or len(set(taken)) != len(taken) or not known.issuperset(taken):
        raise Invalid(N_("列对应有误：每一列只能对应一个已知字段，每个字段只能用一次。"), code="bad_mapping")
    missing = [column.label for column in importer.columns if column.required and column.name not in taken]
    if missing:
        raise FileRefused(_MISSING, code="missing_required_column", params={"columns": Words(missing)})
    return [
        ColumnReading(importer, importer.column(name), index, inspection.headers[index], codes)
        for index, name in enumerate(mapping)
        if name is not None
    ]


class _Staging:
    """The two growing files and what has been counted so far."""

    def __init__(self, importer: Importer, readings: list[ColumnReading], target: Path) -> None:
        self.last_row = 0
        self._importer, self._readings, self._target = importer, readings, target
        self._part = target.with_name(f"{target.name}.part")
        self._trimmed = target.with_name(f"{target.name}.trimmed")
        fields = [field for reading in readings for field in reading.schema()]
        self._schema = pa.schema([("row_number", pa.int64()), *fields])
        self._rows = pq.ParquetWriter(self._part, self._schema, compression="zstd")
        self._problems = ProblemList(target.with_name(f"{target.name}.problems"))
        self._in_file = self._staged = self._skipped = self._merged = 0
        self._by_index = {reading.index: reading for reading in readings}

    def take(self, batch: Batch, limits: Limits) -> None:
        """Read one batch, write its rows and its problems."""
        self.last_row = batch.first_row + batch.height - 1
        arrays, problems = [], []
        dropped: set[int] = set()
        blank: set[int] = set()
        for reading in self._readings:
            cells = batch.columns[reading.index]
            found, flaws = reading.read(cells)
            if _longest(found[0]) > limits.max_cell:
                _refuse_long(reading, cells, batch, limits)
            arrays += found
            said = [of_flaw(reading, cells[place], flaw, batch.first_row + place) for place, flaw in flaws]
            if reading.says_blank:
                flawed = {place for place, _ in flaws}
                empty = [place for place in _nulls(found[0]) if place not in flawed]
                blank.update(place for place in empty if not any(column[place].strip() for column in batch.columns))
                said += [of_blank(reading, batch.first_row + p) for p in empty if p not in blank]
            if reading.is_essential:
                dropped.update(_nulls(found[0]))
            problems += said
        for remark in batch.remarks:
            if remark.skips:
                dropped.add(remark.row)
            concerned = None if remark.column is None else self._by_index.get(remark.column)
            if remark.column is None or concerned is not None:
                problems.append(of_remark(concerned, batch, remark))
        dropped |= blank
        self._in_file += batch.height - len(blank)
        self._skipped += len(dropped) - len(blank)
        self._staged += batch.height - len(dropped)
        numbers = pa.array(range(batch.first_row, batch.first_row + batch.height), pa.int64())
        table = pa.Table.from_arrays([numbers, *arrays], schema=self._schema)
        if dropped:
            table = table.take(pa.array([place for place in range(batch.height) if place not in dropped], pa.int64()))
        self._rows.write_table(table)
        self._problems.add(problems)

    def finish(self) -> Staged:
        """Settle the duplicates, close both files and give them their names."""
        self._rows.close()
        if not self._in_file:
            raise FileRefused(_NO_ROWS, code="empty_file")
        path = self._settle_duplicates()
        count, rows = self._problems.finish()
        path.replace(self._target)
        return Staged(
            kind=self._importer.kind,
            path=self._target,
            problems_path=self._problems.path,
            rows_in_file=self._in_file,
            rows_staged=self._staged,
            rows_skipped=self._skipped,
            rows_merged=self._merged,
            problem_count=count,
            rows_reported=rows,
            columns=tuple(self._schema.names),
        )

    def clear_away(self) -> None:
        """Remove what has no final name; harmless after `finish`."""
        self._rows.close()
        self._problems.clear_away()
        for path in (self._part, self._trimmed):
            path.unlink(missing_ok=True)

    def _settle_duplicates(self) -> Path:
        key = self._importer.key
        if not key:
            return self._part
        reading = next(reading for reading in self._readings if reading.column.name == key[0])
        label = Words(self._importer.column(name).label for name in key)
        found = list(twice_named(self._part, key, header=reading.header, label=label))
        if not found:
            return self._part
        self._problems.add(found)
        without(self._part, self._trimmed, [problem.row for problem in found])
        merged = sum(problem.handling == "merged" for problem in found)
        self._merged += merged
        self._skipped += len(found) - merged
        self._staged -= len(found)
        return self._trimmed


def _nulls(array: pa.Array) -> list[int]:
    return pc.indices_nonzero(array.is_null()).to_pylist() if array.null_count else []


def _longest(array: pa.Array) -> int:
    """Give the length in bytes of the longest text, hence never less than its characters."""
    if not pa.types.is_string(array.type):
        return 0
    return pc.max(pc.binary_length(array)).as_py() or 0


def _refuse_long(reading: ColumnReading, cells: Sequence[str], batch: Batch, limits: Limits) -> None:
    longest = max(range(len(cells)), key=lambda place: len(cells[place]))
    if len(cells[longest]) > limits.max_cell:
        params = {"column": reading.header, "row": batch.first_row + longest, "length": len(cells[longest])}
        raise FileRefused(_CELL_TOO_LONG, code="cell_too_long", params=params)
