"""What a screening on the terminal says: files, rules with their hits or why they did not run, findings, tallies."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.parquet as pq

from casework.cells import harmless
from casework.cli import spoken
from casework.errors import N_, Invalid
from casework.intake.normal import masked_name
from casework.screening.engine import RuleRun, Screening, lacks
from casework.screening.files import FileRead
from casework.screening.rule import STANDING_NOTE
from casework.screening.rules import RULES
from casework.screening.telling import explain
from casework.screening.truth import Tally

COLUMNS = ("rule", "name", "level", "output", "strength", "subject", "student_nos", "observed", "explained")
AT_ONCE = 10_000
_NAMED = "counsellor:"  # the only subjects that are named by a person


def progress(done: int, total: int, rule: str) -> None:
    """Say on a terminal how far the rules are; a log gets nothing."""
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{total} {rule:40}", nl=done == total, err=True)


def warn(message: str, **params: object) -> None:
    """Say something beside the answer."""
    click.echo(spoken.say(message, **params), err=True)


def print_files(read: Sequence[FileRead]) -> None:
    """Say what became of each file, with the first problem of each sort."""
    for file in read:
        if file.staged is None:
            click.echo(spoken.say(N_("%(file)s：%(rows)d 行。"), file=file.path.name, rows=file.rows))
            continue
        click.echo(
            spoken.say(
                N_("%(file)s：%(rows)d 行，读取 %(staged)d，跳过 %(skipped)d，合并 %(merged)d，问题 %(problems)d 处。"),
                file=file.path.name,
                rows=file.staged.rows_in_file,
                staged=file.staged.rows_staged,
                skipped=file.staged.rows_skipped,
                merged=file.staged.rows_merged,
                problems=file.staged.problem_count,
            )
        )
        for problem in file.problems:
            words = spoken.say(problem.message, **problem.params)
            told = N_("    例如第 %(row)d 行 %(column)s：%(words)s")
            click.echo(spoken.say(told, row=problem.row, column=problem.header, words=words))


def print_rules(found: Screening) -> None:
    """Print every rule with its hits, or why it did not run; then what could not be read, and the totals."""
    for run in found.runs:
        click.echo(f"{run.hits if run.ran else '—':>9}  {run.rule:34}{_remark(run)}".rstrip())
    for column, count in found.unreadable.items():
        click.echo(
            spoken.say(N_("%(column)s 有 %(count)d 个数过大，无法使用，按空白处理。"), column=column, count=count)
        )
    ran = sum(run.ran for run in found.runs)
    click.echo(
        spoken.say(
            N_("疑点 %(hits)d 个；规则运行 %(ran)d 条，未运行 %(not_run)d 条；检验 %(tests)d 次；%(seconds).1f 秒。"),
            hits=found.table.num_rows,
            ran=ran,
            not_run=len(found.runs) - ran,
            tests=found.tests,
            seconds=found.seconds,
        )
    )
    click.echo(spoken.say(STANDING_NOTE))


def refuse_unknown_format(path: Path | None) -> None:
    """Raise `Invalid` before any work when the findings could not be written in the end."""
    if path is not None and path.suffix.lower() not in {".csv", ".parquet"}:
        raise Invalid(N_("疑点只能写成 .csv 或 .parquet 文件。"))
    if path is not None and not path.absolute().parent.is_dir():
        raise Invalid(N_("文件夹“%(folder)s”不存在，疑点无处可写。"), params={"folder": str(path.parent)})


def write_findings(found: Screening, path: Path) -> None:
    """Write the findings; student numbers are the only personal data in them, for nobody but who asked."""
    path.touch(mode=0o600)
    if path.suffix.lower() == ".parquet":
        schema = pa.schema(
            [(name, pa.list_(pa.string()) if name == "student_nos" else pa.string()) for name in COLUMNS]
        )
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for rows in _batches(found):
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for rows in _batches(found):
                writer.writerows([harmless(_cell(row[name])) for name in COLUMNS] for row in rows)
    click.echo(spoken.say(N_("疑点已写入 %(file)s。"), file=path.name))


def print_tallies(tallies: Sequence[Tally]) -> None:
    """Print what was found of what is true, and how many innocent ones were accused."""
    click.echo(spoken.say(N_("与核对结果比较：查出的是应查出的，误报的是看似可疑而实际无误的。")))
    for tally in tallies:
        share = f"{tally.found / tally.planted:7.1%}" if tally.planted else f"{'—':>7}"
        words = spoken.say(
            N_("查出 %(found)d / %(planted)d，误报 %(accused)d / %(decoys)d"),
            found=tally.found,
            planted=tally.planted,
            accused=tally.accused,
            decoys=tally.decoys,
        )
        silent = spoken.say(N_("未运行：%(rules)s"), rules=spoken.enumeration(tally.did_not_run))
        click.echo(f"{tally.number}  {tally.about:10}{share}  {words}  {silent if tally.did_not_run else ''}".rstrip())


def _remark(run: RuleRun) -> str:
    if not run.ran:
        return spoken.say(N_("未运行：缺少 %(needs)s"), needs=spoken.enumeration(lacks(run.missing)))
    parts = []
    if run.tests:
        parts.append(spoken.say(N_("检验 %(tests)d 次"), tests=run.tests))
    if run.empty:
        parts.append(spoken.say(N_("整列空白：%(columns)s"), columns=spoken.enumeration(run.empty)))
    return "；".join(parts)


def _batches(found: Screening) -> Iterator[list[dict[str, object]]]:
    """Give the findings in an order that no token decides: by rule, subject, graduates and what was observed."""
    names = {rule.code: rule.name for rule in RULES}
    keys = [(name, "ascending") for name in ("rule", "subject_key", "graduates", "observed")]
    graduates = pa.array([" ".join(numbers) for numbers in found.table["student_nos"].to_pylist()], pa.string())
    for batch in found.table.append_column("graduates", graduates).sort_by(keys).to_batches(max_chunksize=AT_ONCE):
        yield [_row(hit, names) for hit in batch.to_pylist()]


def _row(hit: dict, names: dict[str, str]) -> dict[str, object]:
    observed = dict(sorted(json.loads(hit["observed"]).items()))
    subject = hit["subject_key"]
    if subject.startswith(_NAMED):
        subject = _NAMED + masked_name(subject.removeprefix(_NAMED))
    return {
        "rule": hit["rule"],
        "name": spoken.say(names.get(hit["rule"], hit["rule"])),
        "level": hit["level"],
        "output": hit["output"],
        "strength": hit["strength"],
        "subject": subject,
        "student_nos": hit["student_nos"],
        "observed": json.dumps(observed, ensure_ascii=False),
        "explained": "".join(spoken.say(message, **params) for message, params in explain(hit["rule"], observed)),
    }


def _cell(value: object) -> object:
    return " ".join(value) if isinstance(value, list) else value
