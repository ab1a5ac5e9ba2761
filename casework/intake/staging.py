"""Staged rows: what an importer parsed and nobody has confirmed yet, read back in slices.

A staged file lies in the staging folder under its batch's ref. It holds
personal data in the clear only until the batch is written or dropped, and the
folder is readable by the service alone.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

SLICE = 20_000


def rows_path(folder: Path, ref: str) -> Path:
    """Return where the staged rows of a batch lie."""
    return folder / f"{ref}.parquet"


def source_path(folder: Path, ref: str) -> Path:
    """Return where the file as it was handed in lies until its batch is written or dropped."""
    return folder / f"{ref}.source"


def slices(path: Path) -> Iterator[dict[str, list]]:
    """Yield the staged rows in slices, each a list of values per column."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=SLICE):
            yield batch.to_pydict()


def rows(path: Path) -> Iterator[dict[str, object]]:
    """Yield the staged rows one by one; for the small files."""
    for part in slices(path):
        names = list(part)
        for values in zip(*part.values(), strict=True):
            yield dict(zip(names, values, strict=True))


def discard(folder: Path, ref: str) -> None:
    """Delete what was staged for a batch."""
    rows_path(folder, ref).unlink(missing_ok=True)
    source_path(folder, ref).unlink(missing_ok=True)
