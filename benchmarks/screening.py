"""What screening costs beside merely reading the same columns.

Makes a synthetic university system (one million records of forty columns by
default) as Parquet in a temporary folder, decodes the columns that the rules
use, then runs every rule over the same files in the same session, with one and
with two threads, and prints wall time, processor time, their ratio, peak memory
and whether both runs found the same to the byte.

    python benchmarks/screening.py [--rows 1000000] [--memory 2048] [--threads 2]
"""

import argparse
import multiprocessing
import re
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from casework.rounds.tables import SHIPPED, entries
from casework.screening import ground
from casework.screening.engine import Screening, screen
from casework.screening.frames import SCHEMAS, Context
from casework.screening.rule import Rule
from casework.screening.rules import RULES
from casework.screening.tables import codes

CONTEXT = Context(cohort_year=2024, as_of=datetime(2024, 8, 31, 15, 59, 59, tzinfo=UTC))
REPORTED = datetime(2024, 8, 5, 9, 30, tzinfo=UTC)
FILLERS = 12  # columns that an export has and no rule reads
BYTES_A_ROW = 700  # of all files together, generously
SINGLE = tuple(rule for rule in RULES if rule.level in {"record", "employer", "group"})
GOAL_RATIO, GOAL_MB = 8, 3072

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
        "university": "'大学' || (i // 6000)",
        "college": "'大学' || (i // 6000) || '学院' || (i // 300)",
        "major_code": "lpad(CAST(1 + (i // 150) % 12 AS VARCHAR), 2, '0') || '0701'",
        "major_name": "'专业' || (i // 150)",
        "class_name": "'班' || (i // 40)",
        "counsellor": "'辅导员' || (i // 200)",
        "degree_level": "'31'",
        "destination_code": "['10', '11', '11', '801', '12', '271', '801', '85', '70', '76']"
        "[CAST(1 + 9 * pow(roll(i, 1, 1000) / 1000.0, 2) AS INTEGER)]",
        "enrol_date": "'2020-09'",
        "signing_date": "DATE '2024-01-01' + CAST(roll(i, 2, 200) AS INTEGER)",
        "graduation_date": "DATE '2024-06-20'",
        "employer_name": f"'武汉第' || ({EMPLOYER}) || '有限公司'",
        "credit_code": "CASE WHEN roll(i, 7, 100) = 0 THEN 'X' || i"
        f" WHEN roll(i, 8, 100) < 96 THEN code({EMPLOYER}) END",
        "employer_nature_code": "'39'",
        "industry_code": "'34'",
        "employer_place_code": "'420100'",
        "employer_address": f"'武汉市第' || ({EMPLOYER}) || '街1号'",
        "job_category_code": "CASE WHEN roll(i, 10, 100) = 0 THEN '90' ELSE '13' END",
        "agreement_no": "'X' || lpad(CAST(i AS VARCHAR), 12, '0')",
        "college_review": "'审核通过'",
        "school_review": "CASE WHEN roll(i, 11, 50) = 0 THEN '待审核' ELSE '审核完成' END",
        "pay": "2000 + roll(i, 12, 9000)",
        "phone_index": "md5(CAST(i AS VARCHAR))",
        "family_phone_index": "md5('f' || i)",
        "employer_phone_index": "CASE WHEN roll(i, 3, 1000) = 0 THEN md5(CAST(i AS VARCHAR))"
        f" ELSE md5('e' || ({EMPLOYER})) END",
        "employer_mobile_index": f"md5('m' || ({EMPLOYER}))",
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
        "industry_code": "CASE WHEN i % 50 = 0 THEN '24' ELSE '34' END",
        "place_code": "'420100'",
        "phone_index": "md5('e' || i)",
        "address": "'武汉市第' || i || '街1号'",
        "agent_index": "md5('a' || i)",
    },
    "changes": {
        "log_id": "'L' || i",
        "student_no": "'S' || lpad(CAST(i * 2 AS VARCHAR), 11, '0')",
        "operator": "'F' || (i // 100)",
        "operator_role": "'辅导员'",
        "old_code": "'70'",
        "new_code": "['10', '11', '12', '801'][1 + roll(i, 5, 4)]",
        "changed_at": "TIMESTAMPTZ '2024-05-01 08:00:00+08' + INTERVAL 1 MINUTE * CAST(roll(i, 9, 150000) AS INTEGER)",
    },
    "confirmations": {
        "student_no": "'S' || lpad(CAST(i AS VARCHAR), 11, '0')",
        "status": "CASE roll(i, 5, 300) WHEN 0 THEN 'never_signed' WHEN 1 THEN 'wrong_information'"
        " WHEN 2 THEN 'unconfirmed' ELSE 'confirmed' END",
        "device": "md5('d' || i)",
        "confirm_time": "TIMESTAMPTZ '2024-07-01 08:00:00+08' + INTERVAL 1 MINUTE * CAST(roll(i, 9, 80000) AS INTEGER)",
        "snapshot_on": "DATE '2024-08-31'",
    },
    "proofs": {
        "student_no": "'S' || lpad(CAST(i AS VARCHAR), 11, '0')",
        "file_name": "'合同_' || i || '.pdf'",
        "sha256": "sha256(CASE WHEN roll(i, 6, 500) = 0 THEN 'shared' || i // 1000 ELSE CAST(i AS VARCHAR) END)",
        # What fits the destination, but in one of a hundred.
        "kind": "CASE WHEN roll(i, 13, 100) = 0 THEN '劳动合同' ELSE "
        "['就业协议书', '就业协议书', '就业协议书', '录取通知书', '就业协议书', '就业协议书', '录取通知书', "
        "'录取通知书', '就业协议书', '自由职业声明'][CAST(1 + 9 * pow(roll(i, 1, 1000) / 1000.0, 2) AS INTEGER)] END",
        "size": "50000",
        "text_excerpt": "CASE WHEN i % 400 = 0 THEN '实习证明' ELSE '全国普通高等学校毕业生就业协议书' END",
    },
    "operators": {
        "operator": "'F' || i",
        "role": "'辅导员'",
        "college": "'大学' || (i // 30) || '学院' || (i * 2 // 3)",
    },
    "history": {
        "credit_code": "code(i % ($rows // 40 + 1))",
        "cohort_year": "2021 + i // ($rows // 40 + 1)",
        "graduates": "1 + roll(i, 13, 6)",
    },
}
SHARE = {
    "records": 1.0,
    "employers": 0.115,
    "changes": 0.5,
    "confirmations": 1.0,
    "proofs": 0.97,
    "operators": 0.005,
    "history": 0.075,
}


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


def make(folder: Path, rows: int) -> None:
    """Write the synthetic frames as files; in a process of its own, whose memory is not ours."""
    for name, values in VALUES.items():
        columns = [_typed(field, values.get(field.name, "NULL")) for field in SCHEMAS[name]]
        if name == "records":
            columns += [f"'{n}' || (i % 977) AS filler_{n}" for n in range(FILLERS)]
        body = f"SELECT {', '.join(columns)} FROM range({int(rows * SHARE[name])}) AS r(i)"  # noqa: S608 - own constants
        with duckdb.connect(
            config={
                "memory_limit": "1GB",
                "threads": 2,
                "preserve_insertion_order": False,
            }
        ) as con:
            con.execute("SET TimeZone = 'UTC'")
            con.execute("SET enable_progress_bar = false")
            con.execute(ground.MACROS + MACROS)
            body = body.replace("$rows", str(rows))
            con.execute(f"COPY ({body}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def frames_in(folder: Path) -> dict[str, Path | pa.Table]:
    """Return the files and the small frames that stay in memory."""
    return {
        **{name: folder / f"{name}.parquet" for name in VALUES},
        "codes": codes(entries(SHIPPED / "2024")),
        "working_days": _working_days(),
        "minimum_wages": pa.table({"place_code": ["420000"], "monthly": [Decimal(2010)]}),
        "closings": pa.table(
            {"student_no": pa.nulls(1, pa.string()), "closed_at": pa.array([REPORTED], pa.timestamp("us", "UTC"))}
        ),
        "leads": pa.table({"ref": ["L1"], "student_no": ["S00000000001"], "received_on": [date(2024, 7, 1)]}),
        "aliases": pa.table({"credit_code": pa.nulls(0, pa.string()), "same_as": pa.nulls(0, pa.string())}),
    }


def used(name: str) -> list[str]:
    """Return the columns of a frame that the words of the rules, or of the ground under them, name."""
    words = set(re.findall(r"\w+", " ".join([ground.CREDIT_CODES, ground.REGISTER, *(rule.sql for rule in RULES)])))
    return [column for column in SCHEMAS[name].names if column in words]


def decode(frames: dict[str, Path | pa.Table]) -> int:
    """Read the columns that the rules use, and nothing more."""
    rows = 0
    for name in VALUES:
        with pq.ParquetFile(frames[name]) as file:
            rows += sum(batch.num_rows for batch in file.iter_batches(1 << 17, columns=used(name)))
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Cost of screening beside reading the same columns.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--memory", type=int, default=1536, help="megabytes that the engine may use")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--once", action="store_true", help="leave out the second run with one thread")
    given = parser.parse_args()
    pa.set_cpu_count(given.threads)
    pa.set_io_thread_count(given.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        free = shutil.disk_usage(folder).free
        if free < 3 * BYTES_A_ROW * given.rows:
            sys.exit(
                f"{given.rows:,} rows want {3 * BYTES_A_ROW * given.rows >> 30} GB of {folder}; {free >> 30} are free"
            )
        maker = multiprocessing.get_context("spawn").Process(target=make, args=(folder, given.rows))
        maker.start()
        maker.join()
        if maker.exitcode:
            sys.exit("the synthetic files could not be made")
        frames = frames_in(folder)
        _, read = measure(lambda: decode(frames))
        _, single = measure(lambda: _screen(frames, given.memory, given.threads, rules=SINGLE).table.num_rows)
        run, screened = measure(lambda: _screen(frames, given.memory, given.threads))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        same = None if given.once else _screen(frames, given.memory, 1).table.equals(run.table)
    _print(given.rows, read, single, screened, run=run, peak=peak)
    if same is not None:
        print(f"one thread finds the same to the byte: {'yes' if same else 'NO'}")


def _screen(
    frames: dict[str, Path | pa.Table], memory: int, threads: int, *, rules: Sequence[Rule] = RULES
) -> Screening:
    return screen(frames, context=CONTEXT, rules=rules, memory_limit_mb=memory, threads=threads)


def _print(rows: int, read: Measured, single: Measured, screened: Measured, *, run: Screening, peak: float) -> None:
    columns = sum(len(used(name)) for name in VALUES)
    print(f"{'':38}{'wall s':>9}{'cpu s':>9}{'hits':>10}")
    print(f"{f'decode {columns} columns, {rows:,} records':38}{read.wall:9.2f}{read.cpu:9.2f}")
    for part in run.runs:
        told = f"{part.hits:10,}" if part.ran else f"  lacks {', '.join(part.missing)}"
        print(f"  {part.rule:36}{part.seconds:9.2f}{'':9}{told}")
    laying = run.seconds - sum(part.seconds for part in run.runs)
    print(f"  {'views, clean codes, sorting the findings':40}{laying:5.2f}")
    print(f"{'all rules':38}{screened.wall:9.2f}{screened.cpu:9.2f}{run.table.num_rows:10,}")
    print(f"{'records and employers alone':38}{single.wall:9.2f}{single.cpu:9.2f}")
    ratios = f"{single.cpu / read.cpu:.1f} (goal {GOAL_RATIO}), with units and operators {screened.cpu / read.cpu:.1f}"
    print(f"processor time against decoding: records and employers {ratios}")
    print(f"peak memory {peak:,.0f} MB (goal {GOAL_MB:,})")


def _typed(field: pa.Field, expression: str) -> str:
    kinds = {"string": "VARCHAR", "date32[day]": "DATE", "int32": "INTEGER", "int64": "BIGINT", "bool": "BOOLEAN"}
    kind = kinds.get(str(field.type), "TIMESTAMPTZ" if pa.types.is_timestamp(field.type) else "DECIMAL(12, 2)")
    return f'CAST({expression} AS {kind}) AS "{field.name}"'


def _working_days() -> pa.Table:
    days = duckdb.sql(
        "SELECT CAST(unnest(generate_series(DATE '2024-06-01', DATE '2024-09-13', INTERVAL 1 DAY)) AS DATE) AS day"
    )
    return days.to_arrow_table().cast(SCHEMAS["working_days"])


if __name__ == "__main__":
    main()
