"""Rows that name the same thing twice.

Equal rows are one row. Rows with one key and different content contradict each
other, and no order in a file says which is right: neither is taken. Found in
two steps, first the keys that occur twice, then only their rows, so that a
million rows need no dictionary.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from casework.errors import N_
from casework.intake.importers.shapes import Problem
from workflows.engine import Words

_MERGED = N_("与第 %(first)s 行内容完全相同，已合并为一行。")
_CONFLICT = N_("第 %(rows)s 行的%(key)s相同而内容不同，无法判断以哪一行为准，均未导入；请核对后只保留一行。")
_ROWS_NAMED = 10


def twice_named(path: Path, key: Sequence[str], *, header: str, label: Words) -> Iterator[Problem]:
    """Give a problem for every row that must go; those with handling `merged` are copies of a row that stays."""
    keys = pq.read_table(path, columns=[*key, "row_number"])
    counted = keys.group_by(list(key)).aggregate([("row_number", "count")])
    repeated = counted.filter(pc.greater(counted["row_number_count"], 1)).select(list(key))
    if not repeated.num_rows:
        return
    numbers = keys.join(repeated, keys=list(key), join_type="left semi")["row_number"]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(path, numbers):
        groups[tuple(row[name] for name in key)].append(row)
    for named in groups.values():
        yield from _judge(named, key, header, label)


def _rows(path: Path, numbers: pa.ChunkedArray) -> Iterator[dict[str, Any]]:
    wanted = numbers.combine_chunks()
    with pq.ParquetFile(path) as file:
        for index in range(file.num_row_groups):
            group = file.read_row_group(index)
            yield from group.filter(pc.is_in(group["row_number"], value_set=wanted)).to_pylist()


def _judge(rows: list[dict[str, Any]], key: Sequence[str], header: str, label: Words) -> Iterator[Problem]:
    numbers = [row.pop("row_number") for row in rows]
    value = "，".join(str(rows[0][name]) for name in key)
    if all(row == rows[0] for row in rows):
        params = {"first": str(numbers[0])}
        for number in numbers[1:]:
            yield Problem(number, header, key[0], value, "duplicate_row", _MERGED, params, "warning", "merged")
        return
    differing: dict[str, str | Words] = {"rows": Words(map(str, numbers[:_ROWS_NAMED])), "key": label}
    for number in numbers:
        yield Problem(number, header, key[0], value, "conflicting_rows", _CONFLICT, differing, "error", "skipped")


def without(path: Path, target: Path, numbers: Sequence[int]) -> None:
    """Write the staged rows again, less those with the given numbers."""
    dropped = pa.array(numbers, pa.int64())
    with pq.ParquetFile(path) as file, pq.ParquetWriter(target, file.schema_arrow, compression="zstd") as writer:
        for index in range(file.num_row_groups):
            group = file.read_row_group(index)
            writer.write_table(group.filter(pc.invert(pc.is_in(group["row_number"], value_set=dropped))))
