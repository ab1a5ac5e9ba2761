"""The code tables of the 2024 round, read from the files that the product ships."""

import csv
from collections.abc import Mapping
from pathlib import Path

import casework
from casework.intake.importers.codes import CodeTable, code_table

HERE = Path(__file__).resolve().parents[3]
DIRTY = HERE / "data" / "dirty"
TRUTH = HERE / "data" / "truth"
UNIVERSITY = Path(casework.__file__).parent / "demo_data" / "university"
_TABLES = Path(casework.__file__).parent / "rounds" / "data" / "2024"


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes_2024() -> Mapping[str, CodeTable]:
    other = lines(_TABLES / "other_codes.csv")
    tables = {
        "destination_code": "destination_codes.csv",
        "degree_level": "degree_codes.csv",
        "employer_nature_code": "employer_nature_codes.csv",
        "industry_code": "industry_codes.csv",
        "job_category_code": "job_category_codes.csv",
    }
    found = {
        field: code_table(
            (line["code"], (line["name_zh"], line.get("name_zh_alias", ""))) for line in lines(_TABLES / name)
        )
        for field, name in tables.items()
    }
    for field in ("sex", "training_mode", "hardship", "teacher_training"):
        found[field] = code_table((line["code"], (line["name_zh"],)) for line in other if line["table"] == field)
    return found
