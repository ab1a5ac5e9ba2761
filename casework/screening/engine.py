"""Runs the rules over the frames and returns findings that the next run will recognise.

DuckDB does the work: it honours a memory limit, reads Arrow and Parquet without a
copy, and its SQL is what an auditor reads. The same data gives the same findings,
to the byte and in the same order, however the rows are shuffled: everything is
sorted once at the end, and the fingerprint hashes only what matters to a finding.
"""

import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from casework.errors import N_, Conflict, Invalid, Stopped
from casework.screening.findings_table import FINDINGS, INSERT, judged, kept
from casework.screening.frames import Context
from casework.screening.ground import empty, lay, unreadable
from casework.screening.rule import Level, Output, Rule, Strength, Value
from casework.screening.rules import RULES

BEIJING = timezone(timedelta(hours=8))


class ScreeningStopped(Stopped):
    """Somebody asked the run to stop; nothing of it is kept, because half a run proves nothing."""

    code = "screening_stopped"


class OutOfMemory(Conflict):
    """The memory limit is too low for these data; nothing of the run is kept."""

    code = "screening_memory"


@dataclass(frozen=True)
class Hit:
    """One finding. `subject_key` is a student number or, at employer level, a credit code."""

    rule: str
    level: Level
    subject_key: str
    student_nos: tuple[str, ...]
    output: Output
    strength: Strength
    observed: dict[str, object]
    fingerprint: str


@dataclass(frozen=True)
class RuleRun:
    """What became of one rule: run with so many hits, or not run because frames or columns were missing.

    `empty` names columns that were there without a single value, so that "no hits" is not believed;
    `tests` counts the statistical tests that were made (0 for a rule that makes none).
    """

    rule: str
    version: int
    missing: tuple[str, ...]
    hits: int
    seconds: float
    empty: tuple[str, ...] = ()
    tests: int = 0

    @property
    def ran(self) -> bool:
        """Say whether the rule could be asked at all; no hits of a rule that did not run mean nothing."""
        return not self.missing


@dataclass(frozen=True)
class Screening:
    """A whole run: findings sorted by rule, subject and fingerprint, and all that is needed to repeat it.

    `table` has the fields of `Hit` as columns, `observed` as JSON text; use it
    where there may be very many, `hits` where objects are pleasanter.
    `unreadable` counts by column the numbers that were too large to be any.
    """

    table: pa.Table
    runs: tuple[RuleRun, ...]
    settings: dict[str, dict[str, Value]]
    context: Context
    seconds: float
    unreadable: dict[str, int] = field(default_factory=dict)

    @property
    def tests(self) -> int:
        """Return how many statistical tests the rules made together."""
        return sum(run.tests for run in self.runs)

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """Return the findings as objects, in the table's order."""
        return tuple(
            Hit(
                **{
                    **row,
                    "student_nos": tuple(row["student_nos"]),
                    "observed": dict(sorted(json.loads(row["observed"]).items())),
                }
            )
            for row in self.table.to_pylist()
        )

    @property
    def versions(self) -> dict[str, int]:
        """Return the version of every rule that ran."""
        return {run.rule: run.version for run in self.runs if run.ran}


def screen(
    frames: Mapping[str, pa.Table | Path | str],
    *,
    context: Context,
    settings: Mapping[str, Mapping[str, object]] | None = None,
    rules: Sequence[Rule] = RULES,
    memory_limit_mb: int = 1024,
    threads: int = 2,
    on_progress: Callable[[int, int, str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Screening:
    """Run every rule whose frames are there.

    `frames` maps the names of `frames.SCHEMAS` to Arrow tables or Parquet files;
    `settings` maps rule codes to values that stand before the defaults.
    `on_progress(done, total, code)` is called after each rule, `should_stop`
    asked before each. Raises FrameInvalid, Invalid (settings), ScreeningStopped.
    """
    started = time.perf_counter()
    settled = settle(rules, settings or {})
    runs: list[RuleRun] = []
    with (
        _answering_for_memory(memory_limit_mb) as at,
        tempfile.TemporaryDirectory(prefix="screening-") as spill,
        _connect(spill, memory_limit_mb, threads) as con,
    ):
        con.execute("SET enable_progress_bar = false")
        columns = lay(con, frames, as_of=_beijing(context.as_of))
        con.execute(FINDINGS)
        for rule in rules:
            if should_stop and should_stop():
                raise ScreeningStopped(N_("筛查已按要求停止，未保留任何结果。"))
            at.append(rule.code)
            runs.append(_run(con, rule, columns=columns, cut=_cut(context), settings=settled[rule.code]))
            if on_progress:
                on_progress(len(runs), len(rules), rule.code)
        lost = unreadable(con, frames, columns)
        table = kept(con, Path(spill))
    return Screening(table, tuple(runs), settled, context, time.perf_counter() - started, lost)


def settle(rules: Sequence[Rule], given: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, Value]]:
    """Return every setting of every rule, the given values before the defaults; refuse an unknown rule or setting."""
    for code in sorted(set(given) - {rule.code for rule in rules}):
        raise Invalid(N_("没有代码为 %(rule)s 的筛查规则。"), code="rule_unknown", params={"rule": code})
    return {rule.code: rule.settle(given.get(rule.code, {})) for rule in rules}


def lacks(missing: Sequence[str]) -> tuple[str, ...]:
    """Return what a rule lacks with its columns left out where the whole frame is not there."""
    frames = {need for need in missing if "." not in need}
    return tuple(need for need in missing if "." not in need or need.partition(".")[0] not in frames)


@contextmanager
def _answering_for_memory(limit_mb: int) -> Iterator[list[str]]:
    """Yield a list for the codes of the rules as they begin, so that a refusal can name the one that wanted more."""
    at: list[str] = []
    try:
        yield at
    except duckdb.OutOfMemoryException as fault:
        message = N_("内存上限 %(limit)s MB 不够运行规则 %(rule)s，未保留任何结果。请调高上限后重试。")
        raise OutOfMemory(message, params={"limit": limit_mb, "rule": at[-1] if at else "—"}) from fault


def _connect(spill: str, memory_limit_mb: int, threads: int) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "memory_limit": f"{memory_limit_mb}MB",
            "threads": threads,
            "temp_directory": spill,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def _cut(context: Context) -> dict[str, object]:
    return {
        "cohort_year": context.cohort_year,
        "as_of": _beijing(context.as_of),
        "exported_at": _beijing(context.exported_at or context.as_of),
    }


def _beijing(moment: datetime) -> datetime:
    return moment.astimezone(BEIJING).replace(tzinfo=None)


def _run(
    con: duckdb.DuckDBPyConnection,
    rule: Rule,
    *,
    columns: Mapping[str, frozenset[str]],
    cut: Mapping[str, object],
    settings: Mapping[str, Value],
) -> RuleRun:
    missing = tuple(need for need in rule.needs if not _there(need, columns))
    if missing:
        return RuleRun(rule.code, rule.version, missing, 0, 0.0)
    started = time.perf_counter()
    needed = (need.partition(".") for need in rule.needs)
    blank = tuple(f"{name}.{column}" for name, _, column in needed if column and empty(con, name, column))
    body, tests = rule.sql, 0
    values = _named(body, {**cut, **settings})
    if rule.judge is not None:
        counts = con.execute(f"SELECT * FROM ({body}) ORDER BY ALL", values)  # noqa: S608 - the rule's own words
        names = [column[0] for column in counts.description]
        judgement = rule.judge([dict(zip(names, row, strict=True)) for row in counts.fetchall()], settings)
        con.register("judged", judged(judgement.found))
        body, values, tests = "SELECT * REPLACE (CAST(observed AS JSON) AS observed) FROM judged", {}, judgement.tests
    own = {"rule_code": rule.code, "rule_output": rule.output, "rule_strength": rule.strength}
    if not rule.mixed:
        own["rule_level"] = rule.level
    insert = INSERT.format(body=body, level="level" if rule.mixed else "$rule_level")
    rows = con.execute(insert, {**values, **own}).fetchone()
    seconds = time.perf_counter() - started
    return RuleRun(rule.code, rule.version, (), rows[0] if rows else 0, seconds, blank, tests)


def _there(need: str, columns: Mapping[str, frozenset[str]]) -> bool:
    name, _, column = need.partition(".")
    return name in columns and (not column or column in columns[name])


def _named(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    named = {name: parameters[name] for name in set(re.findall(r"\$(\w+)", sql))}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in named.items()}
