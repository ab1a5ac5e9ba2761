"""A screening of files that were never imported: no database, and nothing left behind but the answer."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

import pyarrow as pa

from casework import clock
from casework.cli import screening_report
from casework.cli.interrupts import interrupted
from casework.errors import N_, Invalid
from casework.intake.importers.codes import CodeTable, code_table
from casework.rounds.models import CodeEntry
from casework.rounds.tables import SHIPPED, entries
from casework.screening import engine
from casework.screening.files import Files
from casework.screening.frames import SCHEMAS, Context
from casework.screening.rule import Rule
from casework.screening.rules import RULES
from casework.screening.tables import codes, working_days
from casework.screening.truth import compare

ALIASES = "name_zh_alias"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the command line asks for beside the file itself."""

    employers: Path | None
    changes: Path | None
    confirmations: Path | None
    proofs: Path | None
    minimum_wages: Path | None
    operators: Path | None
    others: tuple[str, ...]
    closed_at: tuple[datetime, ...]
    cohort: int | None
    as_of: datetime | None
    exported_at: datetime | None
    rules: tuple[str, ...]
    out: Path | None
    truth: Path | None
    memory_limit_mb: int
    threads: int


def screen(file: Path, wanted: Wanted) -> None:
    """Screen a registration export and whatever came with it; print the rules, write the findings."""
    rules = _rules(wanted.rules)
    screening_report.refuse_unknown_format(wanted.out)
    as_of = _moment(wanted.as_of) or clock.now()
    context = Context(
        cohort_year=wanted.cohort or as_of.astimezone(clock.BEIJING).year,
        as_of=as_of,
        exported_at=_moment(wanted.exported_at),
    )
    if wanted.cohort is None:
        screening_report.warn(
            N_("没有写 --cohort，按 %(cohort)s 届核对；数据属于别的届时请写明，否则毕业日期都会列为矛盾。"),
            cohort=context.cohort_year,
        )
    with interrupted() as asked, tempfile.TemporaryDirectory(prefix="screening-") as folder:
        frames = _frames(file, wanted, context, Path(folder), asked)
        found = engine.screen(
            frames,
            context=context,
            rules=rules,
            memory_limit_mb=wanted.memory_limit_mb,
            threads=wanted.threads,
            on_progress=screening_report.progress,
            should_stop=asked,
        )
    screening_report.print_rules(found)
    if wanted.out:
        screening_report.write_findings(found, wanted.out)
    if wanted.truth:
        screening_report.print_tallies(compare(found, wanted.truth))


def _frames(
    file: Path, wanted: Wanted, context: Context, folder: Path, asked: Callable[[], bool]
) -> dict[str, pa.Table | Path]:
    last = context.as_of.astimezone(clock.BEIJING).date()
    tables = _tables(context.cohort_year)
    files = Files(folder, codes=_labels(tables), as_of=last, should_stop=asked)
    given = {
        "records": [file],
        "employers": _paths(wanted.employers),
        "changes": _paths(wanted.changes),
        "confirmations": _paths(wanted.confirmations),
        "proofs": _paths(wanted.proofs),
        "minimum_wages": _paths(wanted.minimum_wages),
        "operators": _paths(wanted.operators),
        **_others(wanted.others),
    }
    found: dict[str, pa.Table | Path] = {"codes": codes(tables), **working_days(context.cohort_year, last)}
    found.update(files.frames(given))
    if wanted.closed_at:
        moments = [_moment(each) for each in wanted.closed_at]
        found["closings"] = pa.table(
            {
                "student_no": pa.nulls(len(moments), pa.string()),
                "closed_at": pa.array(moments, pa.timestamp("us", "UTC")),
            }
        )
    screening_report.print_files(files.read)
    return found


def _rules(wanted: tuple[str, ...]) -> tuple[Rule, ...]:
    known = {rule.code: rule for rule in RULES}
    for code in wanted:
        if code not in known:
            raise Invalid(N_("没有代码为 %(rule)s 的筛查规则。"), code="rule_unknown", params={"rule": code})
    return tuple(rule for rule in RULES if not wanted or rule.code in wanted)


def _moment(given: datetime | None) -> datetime | None:
    """Return a moment of Beijing time; a bare date is its last second."""
    if given is None:
        return None
    day_only = given.time() == time()
    return (given.replace(hour=23, minute=59, second=59) if day_only else given).replace(tzinfo=clock.BEIJING)


def _paths(given: Path | None) -> list[Path]:
    if given is None:
        return []
    if given.is_file():
        return [given]
    found = sorted(path for path in given.iterdir() if path.suffix.lower() in {".csv", ".txt", ".xlsx", ".parquet"})
    if not found:
        message = N_("文件夹“%(folder)s”里没有可以读取的文件（.csv、.xlsx、.parquet）。")
        raise Invalid(message, params={"folder": given.name})
    return found


def _others(given: tuple[str, ...]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for each in given:
        name, _, path = each.partition("=")
        if name not in SCHEMAS or not Path(path).is_file():
            message = N_("“%(given)s”不是“名称=文件”：名称须是 %(names)s 之一，文件须存在。")
            raise Invalid(message, params={"given": each, "names": "、".join(SCHEMAS)})
        found.setdefault(name, []).append(Path(path))
    return found


def _tables(cohort: int) -> list[CodeEntry]:
    """Return the code tables that ship for a cohort, else the newest before it, else the oldest."""
    years = sorted(int(folder.name) for folder in SHIPPED.iterdir() if folder.name.isdigit())
    year = max((year for year in years if year <= cohort), default=years[0])
    if year != cohort:
        screening_report.warn(N_("没有 %(cohort)s 届的编码表，按 %(year)s 届的核对。"), cohort=cohort, year=year)
    return list(entries(SHIPPED / str(year)))


def _labels(tables: list[CodeEntry]) -> dict[str, CodeTable]:
    by_table: dict[str, list[CodeEntry]] = {}
    for entry in tables:
        by_table.setdefault(entry.table, []).append(entry)
    return {
        name: code_table((entry.code, (entry.name_zh, entry.attributes.get(ALIASES, ""))) for entry in rows)
        for name, rows in by_table.items()
    }
