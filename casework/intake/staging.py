"""Staged rows: what an importer parsed and nobody has confirmed yet, read back in slices.

A staged file lies in the staging folder under its batch's ref. It holds
personal data in the clear only until the batch is written or dropped, and the
folder is readable by the service alone. Deleting waits for the commit: a
transaction that fails must find its rows again.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from casework import storage

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
    """Delete what was staged for a batch when the present unit of work is committed."""
    storage.delete_later(rows_path(folder, ref), source_path(folder, ref))


def refs(folder: Path) -> set[str]:
    """Return the batches of which anything lies in the folder."""
    return {path.name.partition(".")[0] for path in folder.iterdir()}


def newest(folder: Path, ref: str) -> float:
    """Return when the youngest file of a batch was written, in seconds since 1970 by the machine's clock."""
    return max((path.stat().st_mtime for path in folder.glob(f"{ref}.*")), default=0.0)


def sweep(folder: Path, ref: str) -> int:
    """Delete at once everything that lies there of a batch; return how many files."""
    found = list(folder.glob(f"{ref}.*"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
