"""The sample university as frames, and small frames made by hand; phone tokens are hashes, as in the service."""

import csv
import hashlib
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from casework.intake.importers.numbers import read_pay
from casework.screening.frames import SCHEMAS, Context

ROOT = Path(__file__).parents[3]
TRUTH = ROOT / "tests/data/truth"
SAMPLE = ROOT / "casework/demo_data/university"
TABLES = ROOT / "casework/rounds/data/2024"

EXPORTED = datetime(2024, 7, 25, 15, 59, 59, tzinfo=UTC)
ALL_OF_AUGUST = datetime(2024, 8, 31, 15, 59, 59, tzinfo=UTC)
REPORTED = datetime(2024, 8, 5, 9, 30, tzinfo=UTC)
CONTEXT = Context(cohort_year=2024, as_of=ALL_OF_AUGUST, exported_at=EXPORTED)

# The column of the cleaned sample that a frame's column comes from.
_RECORD = {
    "student_no": "student_no",
    "college": "college",
    "major_code": "major_code",
    "major_name": "major",
    "class_name": "class_name",
    "counsellor": "counsellor",
    "degree_level": "degree_code",
    "destination_code": "dest_code",
    "employer_name": "employer_name",
    "credit_code": "credit_code",
    "employer_nature_code": "nature_code",
    "industry_code": "industry_code",
    "employer_place_code": "place_code",
    "job_category_code": "job_code",
    "college_review": "college_review",
    "school_review": "school_review",
}
_TOKENS = {
    "phone_index": "phone",
    "family_phone_index": "family_phone",
    "employer_phone_index": "employer_phone",
    "employer_mobile_index": "employer_mobile",
}
_STATUS = {
    "UNCONFIRMED": "unconfirmed",
    "CONFIRMED": "confirmed",
    "WRONG_INFO": "wrong_information",
    "NEVER_SIGNED": "never_signed",
}


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def frame(name, given):
    """Make a frame of the given rows; columns that a row does not name are null."""
    names = SCHEMAS[name].names
    return pa.Table.from_pylist([{**dict.fromkeys(names), **row} for row in given], schema=SCHEMAS[name])


def token(number):
    return hashlib.sha256(number.encode()).hexdigest()[:16] if number else None


def university():
    """Return every frame of the sample, from its cleaned values."""
    return {
        "records": frame("records", [_record(row) for row in rows(TRUTH / "canonical.csv")]),
        "employers": frame("employers", [_employer(row) for row in rows(SAMPLE / "employer_register.csv")]),
        "changes": frame(
            "changes",
            [{**row, "changed_at": _moment(row["changed_at"])} for row in rows(SAMPLE / "change_log.csv")],
        ),
        "confirmations": frame("confirmations", list(_answers())),
        "proofs": frame("proofs", [_proof(row) for row in rows(SAMPLE / "proofs/manifest.csv")]),
        "codes": codes(),
        "working_days": working_days(),
        "operators": frame("operators", rows(SAMPLE / "operators.csv")),
        "minimum_wages": frame("minimum_wages", [_wage(row) for row in rows(SAMPLE / "local_min_wage.csv")]),
        "closings": frame("closings", [{"closed_at": REPORTED}]),
    }


def codes():
    given = [
        {
            "table": "destination",
            "code": row["code"],
            "name_zh": row["name_zh"],
            "parent_code": row["parent_code"] or None,
            "settled": row["counts_in_settled_rate"] == "1",
            "needs_employer": row["needs_employer_identity"] == "1",
        }
        for row in rows(TABLES / "destination_codes.csv")
    ]
    for table in ("degree", "employer_nature", "industry", "job_category"):
        given += [
            {"table": table, "code": row["code"], "name_zh": row["name_zh"]}
            for row in rows(TABLES / f"{table}_codes.csv")
        ]
    given += [{**row, "table": "proof_kind"} for row in _proof_kinds()]
    return frame("codes", given)


def _proof_kinds():
    names = ("code", "name_zh", "parent_code")
    return [{name: row[name] for name in names} for row in rows(TABLES / "proof_kinds.csv")]


def working_days():
    """Return Mondays to Fridays of June to August 2024 without the Dragon Boat festival on 10 June."""
    days = (date(2024, 6, 1) + timedelta(days=n) for n in range(98))
    return frame("working_days", [{"day": day} for day in days if day.weekday() < 5 and day != date(2024, 6, 10)])


def _record(row):
    return {
        **{name: row[source] or None for name, source in _RECORD.items()},
        **{name: token(row[source]) for name, source in _TOKENS.items()},
        "signing_date": _day(row["sign_date"]),
        "graduation_date": _day(row["grad_date"]),
        "cohort_year": int(row["cohort"]),
        "university": "岭川大学",
        "pay": read_pay(row["pay"]),
    }


def _wage(row):
    return {"place_code": row["place_code"], "monthly": Decimal(row["monthly_minimum"])}


def _employer(row):
    return {
        **{key: value or None for key, value in row.items() if key in SCHEMAS["employers"].names},
        "status_date": _day(row["status_date"]),
        "founded_date": _day(row["founded_date"]),
        "insured_headcount": int(row["insured_headcount"]) if row["insured_headcount"] else None,
    }


def _answers():
    for path in sorted((SAMPLE / "confirmations").glob("*.csv")):
        taken = _day(path.stem.removeprefix("confirm_"))
        for row in rows(path):
            yield {
                "student_no": row["student_no"],
                "status": _STATUS[row["confirm_status"]],
                "confirm_time": _moment(row["confirm_time"]),
                "snapshot_on": taken,
            }


def _proof(row):
    student_no = unicodedata.normalize("NFKC", row["student_no"]).strip(" '\"\t’‘“”")
    return {
        **{key: row[key] or None for key in ("file_name", "sha256", "kind", "text_excerpt")},
        "student_no": student_no,
        "size": int(row["size"]) if row["size"] else None,
    }


def _day(text):
    return date.fromisoformat(text) if text else None


def _moment(text):
    return datetime.fromisoformat(f"{text}+08:00") if text else None
