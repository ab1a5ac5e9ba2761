"""What an import costs beside parsing the file barely and bulk-loading the same columns.

Writes a synthetic registration export (one million rows by default), brings it
in the way the service does (look, stage, write in one unit of work), and then,
in the same run and on the same engine, reads it with `csv.reader` and loads the
same columns twice: into one plain table without a key, and into the service's
own two tables with their keys and indexes. The share of sealing and of blind
indexes, which a bare load does not do, is measured alone over the same rows.

With `--encryption` it says instead what encryption adds: the same import by turns
with the keys and with a ring that seals and indexes nothing, in processor time.

    python -m benchmarks.import_rows [--rows 1000000] [--engine sqlite] [--engine postgresql]
    python -m benchmarks.import_rows --encryption --rows 12000
"""

import argparse
import csv
import hashlib
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from unittest.mock import patch

from sqlalchemy import text

from benchmarks.ground import ENGINES, Measured, installation, load, measure, processors
from casework import demo
from casework.config import Settings
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake import staging
from casework.intake.bulk import defer_references
from casework.intake.importers.contacts import check_character
from casework.intake.models import Batch, Revision
from casework.intake.writers import graduates
from casework.operations import stage_batch
from casework.operations.confirm_batch import confirm_batch
from casework.operations.take_file import take_file
from casework.people import queries as people
from casework.people.actors import actor_of
from casework.rounds import queries as rounds
from casework.sealing import ring
from workflows.access import Actor

COLLEGES = ("材料科学与工程学院", "机械工程学院", "外国语学院", "经济与管理学院", "计算机学院", "土木工程学院")
SETTLED = ("10", "11", "12", "271", "76", "75", "801", "85", "70")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
HEADERS = {
    "XH": "student_no", "KSH": "exam_no", "XM": "name", "XBDM": "sex", "CSRQ": "birth_date", "SFZH": "id_number",
    "SYSZDDM": "origin_code", "YXDM": "school_code", "YX": "college", "BJ": "class_name", "BZR": "counsellor",
    "XLDM": "degree_level", "ZYDM": "major_code", "ZY": "major_name", "XZ": "schooling_years", "RXSJ": "enrol_date",
    "BYSJ": "graduation_date", "BYNF": "cohort_year", "PYFSDM": "training_mode", "XXXS": "study_form",
    "MOBILEPHONE": "phone", "EMAIL": "email", "JTDH": "family_phone", "BYQXDM": "destination_code",
    "QYRQ": "signing_date", "DWMC": "employer_name", "DWZZJGDM": "credit_code", "DWXZDM": "employer_nature_code",
    "DWHYDM": "industry_code", "DWSZDDM": "employer_place_code", "DWDZ": "employer_address",
    "LXR": "employer_contact", "LXRDH": "employer_phone", "LXRSJ": "employer_mobile", "GZZWLBDM": "job_category_code",
    "XYSH_JY": "college_review", "XXSH_JY": "school_review",
}  # fmt: skip
FIELDS = tuple(HEADERS.values())
PLAIN = tuple(name for name in FIELDS if name in graduates.PLAIN)
SEALED = tuple(name for name in FIELDS if name in graduates.SEALED)
DATES = ("graduation_date", "signing_date")


def make(path: Path, rows: int) -> None:
    """Write the export: every person once, one employer for four graduates, settled for eight in nine."""
    draw = Random(2024)  # noqa: S311 - synthetic rows that are the same in each run
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(_row(number, draw) for number in range(rows))


def _row(number: int, draw: Random) -> list[str]:
    employer = draw.randrange(1 + number // 4)
    code = SETTLED[number % len(SETTLED)]
    born = f"200{draw.randrange(5)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}"
    place = f"42{draw.randrange(1, 14):02}{draw.randrange(1, 12):02}"
    person = f"{place}{born}{number % 1000:03}"
    group = number // 40
    employed = code in {"10", "11", "12", "271", "76", "75"}
    hired = [
        f"2024{draw.randrange(3, 7):02}{draw.randrange(1, 29):02}", f"武汉第{employer}有限公司",
        f"91420100MA{employer:07}X", "39", "24", "420100", f"湖北省武汉市建设北路{employer % 900}号",
        SURNAMES[employer % 20] + GIVEN[employer % 19], f"027-9{employer % 10**7:07}", f"161{employer:08}", "13",
    ] if employed else [""] * 11  # fmt: skip
    return [
        f"2019{number:08}", f"1942{number:010}", SURNAMES[number % 20] + GIVEN[number // 20 % 20],
        str(1 + number % 2), born, person + check_character(person), place, "90421", COLLEGES[group % len(COLLEGES)],
        f"{group}班", f"辅导员{'甲乙丙丁戊己庚辛'[group // 5 % 8]}", "31", "082801", "建筑学", "5", "201909",
        "20240620", "2024", "1", "全日制", f"164{number:08}", f"2019{number:08}@edu.example.com",
        f"168{draw.randrange(10**8):08}", code, *hired, "审核通过", "审核完成",
    ]  # fmt: skip


def look_at(path: Path, settings: Settings, actor: Actor) -> Batch:
    """Take the file in: what it is, whether it can be read."""
    with unit_of_work():
        return take_file(
            organisation=people.get_organisation(demo.UNIVERSITY),
            round_=rounds.get_round(demo.ROUND),
            file_name=path.name,
            source=path,
            actor=actor,
            settings=settings,
        )


def bring_in(
    path: Path, settings: Settings, actor: Actor, *, alone: list[Measured] | None = None
) -> dict[str, Measured]:
    """Import the file through the service's own operations; what each part cost, and `alone` what sealing costs."""

    def read() -> None:
        tables = stage_batch.code_tables(batch.round_id)
        staged = stage_batch.parse(batch, settings=settings, tables=tables, on_progress=lambda _done, _all: None)
        with unit_of_work():
            stage_batch.note_staged(batch, staged)

    def write() -> None:
        with unit_of_work():
            confirm_batch(batch, actor=actor, settings=settings, taken_on=date(2024, 7, 25))

    batch, looked = measure(lambda: look_at(path, settings, actor))
    _, staged = measure(read)
    if alone is not None:
        alone.append(measure(lambda: sealing_alone(staging.rows_path(settings.staging_dir, batch.ref)))[1])
    _, written = measure(write)
    return {"look at the file": looked, "stage: parse and check": staged, "write": written}


def sealing_alone(path: Path) -> None:
    """Seal, hash and index every staged row, and do nothing with it."""
    keys = ring()
    for part in staging.slices(path):
        columns = [part.get(name) or [None] * len(part["student_no"]) for name in graduates.SEALED]
        for values in zip(*columns, strict=True):
            given = {name: value for name, value in zip(graduates.SEALED, values, strict=True) if value}
            keys.seal(json.dumps(given, ensure_ascii=False, default=str).encode(), "revision")
        for name in graduates.INDEXED:
            for value in part.get(name) or ():
                if value:
                    keys.index("phone", value)
        for _ in part["student_no"]:
            keys.index("row", "x" * 400)


def bare(path: Path, take: Callable[[Iterator[list[str]]], object]) -> None:
    """Read the file with the library's reader and hand its rows to a bulk load, in one transaction."""
    with path.open(encoding="utf-8", newline="") as file, unit_of_work():
        reader = csv.reader(file)
        next(reader)
        take(reader)


def into_plain_table(rows: Iterator[list[str]]) -> None:
    """Load the rows as they stand into one table of text columns without any key."""
    db.session.execute(text("DROP TABLE IF EXISTS bare"))
    db.session.execute(text(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in FIELDS)})"))
    load("bare", FIELDS, rows)


def into_real_tables(batch: Batch) -> Callable[[Iterator[list[str]]], None]:
    """Return a load into the service's own tables, the values unread, unchecked and unsealed."""
    plain = [FIELDS.index(name) for name in PLAIN]
    dates = [PLAIN.index(name) for name in DATES]
    sealed = [FIELDS.index(name) for name in SEALED]
    owner, batch_id = (batch.round_id, batch.organisation_id), batch.id  # nothing may be asked while COPY runs
    columns = (
        "id", "record_id", "number", "batch_id", "changed", "content_hash", *PLAIN, "sealed", *graduates.INDEXED
    )  # fmt: skip
    named = (*columns[: -len(graduates.INDEXED)], *graduates.INDEXED.values())
    absent = {
        column.name: "" for column in Revision.__table__.columns if not column.nullable and column.name not in named
    }
    place = {name: FIELDS.index(name) for name in graduates.INDEXED}

    def revision(number: int, row: list[str]) -> tuple[object, ...]:
        values: list[object] = [row[index] for index in plain]
        for index in dates:
            values[index] = _day(values[index])
        return (
            number, number, 1, batch_id, "[]", row[0], *values, "|".join([row[index] for index in sealed]).encode(),
            *[row[index] for index in place.values()], *absent.values(),
        )  # fmt: skip

    def take(rows: Iterator[list[str]]) -> None:
        number = 1
        while part := list(islice(rows, 20_000)):
            load(
                "records",
                ("id", "ref", "round_id", "organisation_id", "student_no", "name", "revision_id"),
                ((number + i, f"b{number + i:011}", *owner, row[0], row[2], None) for i, row in enumerate(part)),
            )
            load("revisions", (*named, *absent), (revision(number + i, row) for i, row in enumerate(part)))
            number += len(part)
        db.session.execute(
            text("UPDATE records SET revision_id = v.id FROM revisions v WHERE v.record_id = records.id")
        )

    return take


def _day(value: object) -> str | None:
    found = str(value)
    return f"{found[:4]}-{found[4:6]}-{found[6:]}" if found else None


def compare(engine: str, path: Path, rows: int) -> None:
    """Print the table of one engine."""
    with installation(engine) as app:
        settings, actor = app.extensions["casework"], actor_of(people.find_person(demo.SUPERVISOR))
        alone: list[Measured] = []
        parts = bring_in(path, settings, actor, alone=alone)
    with installation(engine) as app:  # empty tables again
        batch = look_at(path, app.extensions["casework"], actor)
        _, keyed = measure(lambda: bare(path, into_real_tables(batch)))
        _, plain = measure(lambda: bare(path, into_plain_table))
    whole = Measured(
        sum(part.wall for part in parts.values()),
        sum(part.cpu for part in parts.values()),
        max(part.peak for part in parts.values()),
    )
    print(f"{engine}: {rows:,} rows, {path.stat().st_size / 2**20:,.0f} MB")
    print(f"{'':42}{'s':>8}{'cpu s':>8}{'rows/s':>10}{'MB':>8}")
    lines = {
        **{f"  {name}": part for name, part in parts.items()}, "import": whole,
        "  of it sealing, hashing, indexing (alone)": alone[0],
        "bare: parse, load the same two tables": keyed, "bare: parse, load one table without a key": plain,
    }  # fmt: skip
    for name, part in lines.items():
        print(f"{name:42}{part.wall:8.2f}{part.cpu:8.2f}{rows / part.wall:10,.0f}{part.peak:8,.0f}")
    less = (whole.wall - alone[0].wall) / keyed.wall
    print(f"import : same tables = {whole.wall / keyed.wall:.2f} : 1; less the sealing {less:.2f} : 1")
    print(f"import : one plain table = {whole.wall / plain.wall:.2f} : 1\n")


class Bare:
    """A ring that keeps nothing secret: what is sealed comes back as it is, what is indexed likewise."""

    def seal(self, plain: bytes, context: str) -> bytes:  # noqa: ARG002 - as a ring is asked
        """Return the bytes as they are."""
        return plain

    def index(self, kind: str, value: str) -> str:
        """Return what tells equal values apart, a whole row by its plain hash: changes are found without keys too."""
        return hashlib.sha256(value.encode()).hexdigest()[:32] if kind == "row" else value[:32]


def encryption(engine: str, path: Path, rows: int, *, rounds: int) -> None:
    """Import by turns with the keys and without, and print the middle of the rounds' own ratios."""
    found: dict[str, list[float]] = {"sealed": [], "bare": []}
    with installation(engine) as app:
        settings, actor = app.extensions["casework"], actor_of(people.find_person(demo.SUPERVISOR))
        now = processors()
        for number in range(rounds + 1):
            for way, times in found.items():
                began = now()
                with patch.object(graduates, "ring", Bare) if way == "bare" else nullcontext():
                    bring_in(path, settings, actor)
                if number:
                    times.append(now() - began)
                empty_again()
    added = statistics.median(one / other for one, other in zip(found["sealed"], found["bare"], strict=True))
    told = ", ".join(f"{way} {statistics.median(times):.2f} cpu s" for way, times in found.items())
    print(f"{engine}: {rows:,} rows, {rounds} rounds: {told}; encryption adds {added - 1:+.0%} (goal ≤ 20 %)")


def empty_again() -> None:
    """Forget what was brought in."""
    with unit_of_work():
        defer_references()
        db.session.execute(text("DELETE FROM revisions"))
        db.session.execute(text("DELETE FROM records"))
        db.session.execute(text("UPDATE batches SET state = 'dropped'"))  # or the same file would be refused
    db.session.remove()


def main() -> None:
    """Make the file and compare on each engine."""
    parser = argparse.ArgumentParser(description="Cost of an import beside a bare parse and bulk load.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="default: both")
    parser.add_argument("--encryption", action="store_true", help="only what encryption adds")
    parser.add_argument("--rounds", type=int, default=5, help="of the imports with and without encryption")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casework-benchmark-") as folder:
        path = Path(folder) / "graduates_2024-07-25.csv"
        make(path, given.rows)
        for engine in given.engine or ENGINES:
            if given.encryption:
                encryption(engine, path, given.rows, rounds=given.rounds)
            else:
                compare(engine, path, given.rows)


if __name__ == "__main__":
    main()
