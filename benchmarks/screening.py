"""What screening costs beside merely reading the same columns.

Makes a synthetic university system (one million records by default) as Parquet,
decodes the columns that the rules use, then runs every rule over the same files
in the same session, and prints wall time, processor time and their ratio.

    python benchmarks/screening.py [--rows 1000000] [--memory 1024] [--threads 2]
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from casework.screening import ground
from casework.screening.engine import Screening, screen
from casework.screening.frames import SCHEMAS, Context

CONTEXT = Context(cohort_year=2024, as_of=datetime(2024, 8, 31, 15, 59, 59, tzinfo=UTC))

USED = {
    "records": [
        "student_no",
        "college",
        "degree_level",
        "destination_code",
        "signing_date",
        "graduation_date",
        "registered_at",
        "employer_name",
        "credit_code",
        "employer_nature_code",
        "industry_code",
        "job_category_code",
        "phone_index",
        "family_phone_index",
        "employer_phone_index",
        "employer_mobile_index",
    ],
    "employers": SCHEMAS["employers"].names,
    "changes": ["student_no", "changed_at"],
    "confirmations": SCHEMAS["confirmations"].names,
    "proofs": SCHEMAS["proofs"].names,
}

# One employer in four graduates, one code in a hundred malformed, one phone in a thousand the graduate's own.
EMPLOYER = "roll(i // 4, 0, 1 + $rows // 8)"
MACROS = """
CREATE MACRO roll(i, salt, sides) AS CAST(hash(i, salt) % sides AS BIGINT);
CREATE MACRO genuine(n) AS '9142010' || lpad(CAST(n AS VARCHAR), 10, '0');
CREATE MACRO code(n) AS genuine(n) || check_character(genuine(n));
"""
VALUES = {
    "records": {
        "student_no": "'S' || lpad(CAST(i AS VARCHAR), 11, '0')",
        "college": "'学院' || (i // 600)",
        "degree_level": "'31'",
        "destination_code": "['10', '11', '12', '271', '76', '801', '85', '70'][1 + roll(i, 1, 8)]",
        "signing_date": "DATE '2024-01-01' + CAST(roll(i, 2, 200) AS INTEGER)",
        "graduation_date": "DATE '2024-06-20'",
        "employer_name": f"'武汉第' || ({EMPLOYER}) || '有限公司'",
        "credit_code": f"CASE WHEN roll(i, 7, 100) = 0 THEN '无此码' WHEN roll(i, 1, 8) < 4 THEN code({EMPLOYER}) END",
        "employer_nature_code": "'39'",
        "industry_code": "'34'",
        "job_category_code": "'13'",
        "phone_index": "md5(CAST(i AS VARCHAR))",
        "family_phone_index": "md5('f' || i)",
        "employer_phone_index": "CASE WHEN roll(i, 3, 1000) = 0 THEN md5(CAST(i AS VARCHAR))"
        f" ELSE md5('e' || ({EMPLOYER})) END",
        "cohort_year": "2024",
    },
    "employers": {
        "credit_code": "code(i)",
        "name": "'武汉第' || i || '有限公司'",
        "status": "CASE WHEN i % 200 = 0 THEN '注销' ELSE '存续' END",
        "status_date": "CASE WHEN i % 200 = 0 THEN DATE '2023-05-01' END",
        "founded_date": "DATE '2000-01-01' + CAST(roll(i, 9, 8000) AS INTEGER)",
        "insured_headcount": "roll(i, 4, 500)",
        "nature_code": "'39'",
    },
    "changes": {
        "student_no": "'S' || lpad(CAST(i * 2 AS VARCHAR), 11, '0')",
        "changed_at": "TIMESTAMPTZ '2024-05-01 08:00:00+08' + INTERVAL 1 MINUTE * CAST(roll(i, 9, 150000) AS INTEGER)",
    },
    "confirmations": {
        "student_no": "'S' || lpad(CAST(i AS VARCHAR), 11, '0')",
        "status": "CASE roll(i, 5, 300) WHEN 0 THEN 'never_signed' WHEN 1 THEN 'wrong_information'"
        " WHEN 2 THEN 'unconfirmed' ELSE 'confirmed' END",
        "confirm_time": "TIMESTAMPTZ '2024-07-01 08:00:00+08' + INTERVAL 1 MINUTE * CAST(roll(i, 9, 80000) AS INTEGER)",
        "snapshot_on": "DATE '2024-08-31'",
    },
    "proofs": {
        "student_no": "'S' || lpad(CAST(i AS VARCHAR), 11, '0')",
        "file_name": "'合同_' || i || '.pdf'",
        "sha256": "sha256(CASE WHEN roll(i, 6, 500) = 0 THEN 'shared' || i // 1000 ELSE CAST(i AS VARCHAR) END)",
        "kind": "'就业协议书'",
        "size": "50000",
        "text_excerpt": "CASE WHEN i % 400 = 0 THEN '实习证明' ELSE '全国普通高等学校毕业生就业协议书' END",
    },
}
SHARE = {"records": 1.0, "employers": 0.115, "changes": 0.5, "confirmations": 1.0, "proofs": 0.9}
SETTLED = {"10": None, "11": None, "12": None, "271": "27", "76": None, "801": "80", "85": None, "70": None}


@dataclass(frozen=True)
class Measured:
    """How long something took by the clock and on the processors, in seconds."""

    wall: float
    cpu: float


def measure(work: Callable[[], Any]) -> tuple[Any, Measured]:
    """Do the work once and say what it cost, its threads included."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    answer = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return answer, Measured(time.perf_counter() - started, cpu)


def make(folder: Path, rows: int) -> dict[str, Path | pa.Table]:
    """Write the synthetic frames; small ones stay in memory."""
    found: dict[str, Path | pa.Table] = {"codes": _codes(), "working_days": _working_days()}
    for name, values in VALUES.items():
        found[name] = folder / f"{name}.parquet"
        columns = ", ".join(f"{_typed(field, values.get(field.name, 'NULL'))}" for field in SCHEMAS[name])
        count = int(rows * SHARE[name])
        body = f"SELECT {columns} FROM range({count}) AS r(i)".replace("$rows", str(rows))  # noqa: S608 - own constants
        with duckdb.connect() as con:
            con.execute("SET TimeZone = 'UTC'")
            con.execute(ground.MACROS + MACROS)
            con.execute(f"COPY ({body}) TO '{found[name]}' (FORMAT parquet, COMPRESSION zstd)")
    return found


def decode(frames: dict[str, Path | pa.Table]) -> int:
    """Read the columns that the rules use, and nothing more."""
    return sum(pq.read_table(frames[name], columns=columns).num_rows for name, columns in USED.items())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Cost of screening beside reading the same columns.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--memory", type=int, default=1024, help="megabytes that the engine may use")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    pa.set_cpu_count(given.threads)
    with tempfile.TemporaryDirectory() as folder:
        frames = make(Path(folder), given.rows)
        _, read = measure(lambda: decode(frames))
        run, screened = measure(
            lambda: screen(frames, context=CONTEXT, memory_limit_mb=given.memory, threads=given.threads)
        )
    _print(given.rows, read, screened, run)


def _print(rows: int, read: Measured, screened: Measured, run: Screening) -> None:
    print(f"{'':34}{'wall s':>9}{'cpu s':>9}{'hits':>10}")
    print(f"{f'decode the columns, {rows:,} rows':34}{read.wall:9.2f}{read.cpu:9.2f}")
    for part in run.runs:
        print(f"  {part.rule:32}{part.seconds:9.2f}{'':9}{part.hits:10,}")
    print(f"{'all rules':34}{screened.wall:9.2f}{screened.cpu:9.2f}{run.table.num_rows:10,}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"processor time, rules : decode = {screened.cpu / read.cpu:.1f} : 1; peak memory {peak:,.0f} MB")


def _typed(field: pa.Field, expression: str) -> str:
    kinds = {"string": "VARCHAR", "date32[day]": "DATE", "int32": "INTEGER", "int64": "BIGINT", "bool": "BOOLEAN"}
    kind = kinds.get(str(field.type), "TIMESTAMPTZ" if pa.types.is_timestamp(field.type) else "DECIMAL(12, 2)")
    return f'CAST({expression} AS {kind}) AS "{field.name}"'


def _codes() -> pa.Table:
    rows = [
        {"table": "destination", "code": code, "name_zh": code, "parent_code": parent, "settled": code != "70"}
        for code, parent in SETTLED.items()
    ]
    return pa.Table.from_pylist([{"needs_employer": None} | row for row in rows], schema=SCHEMAS["codes"])


def _working_days() -> pa.Table:
    days = duckdb.sql(
        "SELECT CAST(unnest(generate_series(DATE '2024-06-01', DATE '2024-09-13', INTERVAL 1 DAY)) AS DATE) AS day"
    )
    return days.to_arrow_table().cast(SCHEMAS["working_days"])


if __name__ == "__main__":
    main()
