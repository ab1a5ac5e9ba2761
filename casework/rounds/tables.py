"""The code tables that ship with a round, read from their files as rows of `CodeEntry`."""

import csv
from collections.abc import Iterator
from pathlib import Path

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
    for file_name, table in FILES.items():
        for row in _rows(folder / file_name):
            yield _entry(table, row)
    for row in _rows(folder / "other_codes.csv"):
        yield _entry(row["table"], row)
    for number, row in enumerate(_rows(folder / "rate_definitions.csv"), 1):
        yield CodeEntry(
            table="rate_definition",
            code=f"{row['version']}-{number:02}",
            name_zh=row["rate_zh"],
            name_en=row["rate_en"],
            attributes=row,
        )


def _entry(table: str, row: dict[str, str]) -> CodeEntry:
    attributes = {name: value for name, value in row.items() if name not in OWN_COLUMNS and value}
    return CodeEntry(
        table=table,
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        parent_code=row.get("parent_code", ""),
        attributes=attributes,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [{name: (value or "").strip() for name, value in row.items()} for row in csv.DictReader(handle)]
