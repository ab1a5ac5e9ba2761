"""The code tables that ship with a round, read from their files as rows of `CodeEntry`."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from casework.rounds.models import CodeEntry

SHIPPED = Path(__file__).parent / "data"
# file → (table, column of the code)
FILES = {
    "destination_codes.csv": "destination_code",
    "degree_codes.csv": "degree_level",
    "industry_codes.csv": "industry_code",
    "employer_nature_codes.csv": "employer_nature_code",
    "job_category_codes.csv": "job_category_code",
    "proof_kinds.csv": "proof_kind",
    "violations.csv": "violation",
    "consequences.csv": "consequence",
    "lead_channels.csv": "lead_channel",
}
OWN_COLUMNS = {"code", "name_zh", "name_en", "parent_code", "table", "table_zh"}


def entries(folder: Path) -> Iterator[CodeEntry]:
    """Yield every row of every code table in a folder."""
    for values in rows(folder):
        yield CodeEntry(**values)


def rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the same as values of the columns, for whoever writes them all at once."""
    for file_name, table in FILES.items():
        for row in _lines(folder / file_name):
            yield _values(table, row)
    for row in _lines(folder / "other_codes.csv"):
        yield _values(row["table"], row)
    for number, row in enumerate(_lines(folder / "rate_definitions.csv"), 1):
        yield {
            "table": "rate_definition",
            "code": f"{row['version']}-{number:02}",
            "name_zh": row["rate_zh"],
            "name_en": row["rate_en"],
            "parent_code": "",
            "attributes": dict(row),
        }


def _values(table: str, row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "table": table,
        "code": row["code"],
        "name_zh": row["name_zh"],
        "name_en": row["name_en"],
        "parent_code": row.get("parent_code", ""),
        "attributes": {name: value for name, value in row.items() if name not in OWN_COLUMNS and value},
    }


@cache  # what ships with the service does not change while it runs
def _lines(path: Path) -> Sequence[Mapping[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [{name: (value or "").strip() for name, value in row.items()} for row in csv.DictReader(handle)]
