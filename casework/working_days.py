"""The calendar that holds here: the years that ship with the service, and those that were loaded since.

Every autumn the State Council names next year's holidays, and now and then it
changes the present year's. Neither may wait for a new release, so a yearly
file can be loaded: it lies beside the data under the name of its version and
is never changed, a correction is a file with a higher version. Every process
looks at the names in the folder, so all of them count alike from then on.
"""

import logging
import os
from functools import lru_cache
from pathlib import Path

from workflows import calendars
from workflows.calendars import Calendar, Year

log = logging.getLogger("casework.working_days")
_folder: Path | None = None


def configure(folder: Path) -> None:
    """Say, once in a process, where loaded calendars lie."""
    global _folder  # noqa: PLW0603 - like the clock, a process has one calendar
    _folder = folder


def calendar() -> Calendar:
    """Return the years that are known at this moment; of one year the highest version holds."""
    return _read(_folder, _names())


def loaded() -> tuple[Year, ...]:
    """Return every version that was loaded here, earliest year and lowest version first."""
    if _folder is None:
        return ()
    found = (_year(_folder / name) for name in _names())
    return tuple(sorted((year for year in found if year is not None), key=_rank))


def newer(one: Year, other: Year | None) -> bool:
    """Say whether a version of a year goes beyond another one."""
    return other is None or _rank(one) > _rank(other)


def put(year: Year, text: str) -> Path:
    """Lay a yearly file beside the data under the name of its version; return where it lies."""
    if _folder is None:
        raise RuntimeError("nobody has said where calendars lie")
    _folder.mkdir(mode=0o700, exist_ok=True)
    path = _folder / f"{year.version}.json"
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path


def _rank(year: Year) -> tuple[int, int]:
    return year.year, int(year.version.rpartition(".")[2])


def _names() -> tuple[str, ...]:
    try:
        return tuple(sorted(path.name for path in _folder.iterdir() if path.suffix == ".json")) if _folder else ()
    except FileNotFoundError:
        return ()


@lru_cache(maxsize=4)
def _read(folder: Path | None, names: tuple[str, ...]) -> Calendar:
    found = calendars.shipped()
    for name in names if folder else ():
        year = _year(folder / name)  # type: ignore[operator] # there are no names without a folder
        if year is not None and newer(year, found.years.get(year.year)):
            found = found.with_year(year)
    return found


@lru_cache(maxsize=64)
def _year(path: Path) -> Year | None:
    try:
        return calendars.read_year(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):  # laid there by hand: nothing is counted with it
        log.exception("%s is no yearly calendar and is left out", path.name)
        return None
