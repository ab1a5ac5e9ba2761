"""Staging reads every row and lists what could not be read; no record is touched."""

import os

import pytest
from sqlalchemy import func, select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import FileRefused
from casework.intake import queries
from casework.intake.models import Batch, Record, RowProblem
from casework.operations.confirm_batch import drop_batch
from casework.operations.stage_batch import clear_leftovers, code_tables, note_refused, parse
from tests.casework.operations.test_take_file import DIRTY
from tests.casework.sample_university import (
    HEADERS,
    confirm,
    get,
    graduate,
    officer,
    open_university,
    registration,
    stage,
    take,
)


@pytest.fixture(autouse=True)
def _university(app):
    open_university()


def lying(settings):
    return sorted(path.name for path in settings.staging_dir.iterdir())


def staged(path, settings):
    ref = take(path, settings, kind="graduates")
    stage(ref, settings)
    return ref


DIRTY_BUT_READABLE = [
    "04_formula_cells.xlsx",
    "05_csv_injection.csv",
    "06_duplicate_student_no.csv",
    "09_invalid_dates.csv",
    "10_unknown_codes.csv",
    "11_nul_bytes.csv",
    "12_merged_headers.xlsx",
    "13_rare_names.csv",
]


@pytest.mark.parametrize(
    "name",
    DIRTY_BUT_READABLE,
)
def test_a_dirty_file_is_staged_with_its_problems_and_can_be_written(name, settings):
    ref = staged(DIRTY / name, settings)
    batch = get(ref)
    assert batch.state == "staged"
    assert len(queries.problems(batch, limit=None)) == batch.counts["problems"]
    assert db.session.scalars(select(Record)).all() == []
    assert confirm(ref, settings)["new"] == batch.counts["rows_staged"] > 0


def test_a_file_that_turns_out_to_be_broken_leaves_its_batch_refused_and_no_rows(settings):
    ref = take(DIRTY / "02_missing_key_column.csv", settings, kind="graduates")
    batch = get(ref)
    with pytest.raises(FileRefused) as refusal:
        parse(batch, settings=settings, tables=code_tables(batch.round_id), on_progress=lambda _done, _all: None)
    with unit_of_work():
        note_refused(get(ref), refusal.value, settings=settings)
    batch = get(ref)
    assert (batch.state, batch.refusal["code"]) == ("refused", "missing_required_column")
    assert "学号" in batch.refusal["params"]["columns"]
    assert db.session.scalar(select(func.count()).select_from(RowProblem)) == 0
    assert lying(settings) == []


LONG = "9" * 5_000


@pytest.mark.parametrize(
    ("header", "handling", "written"),
    [
        ("学号", "skipped", 1),
        ("统一社会信用代码", "left_open", 2),
        ("毕业去向类别代码", "left_open", 2),
        ("单位名称", "left_open", 2),
    ],
)
def test_an_absurdly_long_value_is_a_problem_of_its_row_and_never_of_the_database(
    header, handling, written, settings, tmp_path
):
    path = registration(tmp_path, graduate(1), graduate(2, **{header: LONG}))
    ref = staged(path, settings)
    [problem] = [found for found in queries.problems(get(ref)) if found.code == "too_long"]
    assert (problem.row, problem.column, problem.handling) == (2, header, handling)
    assert len(problem.value) <= 200
    assert confirm(ref, settings)["new"] == written


@pytest.mark.parametrize("header", HEADERS)
def test_a_nul_in_any_cell_never_reaches_the_database(header, settings, tmp_path):
    text = graduate(2)[header]
    path = registration(tmp_path, graduate(1), graduate(2, **{header: f"{text[:2]}\x00{text[2:]}"}))
    ref = staged(path, settings)
    assert confirm(ref, settings)["new"] == 2
    kept = db.session.scalars(select(Record).order_by(Record.id.desc())).first()
    assert "\x00" not in repr([getattr(kept.revision, column.name) for column in kept.revision.__table__.columns])


def test_staging_again_replaces_the_list_of_problems(settings, tmp_path):
    ref = staged(registration(tmp_path, graduate(1, 签约日期="明年")), settings)
    before = len(queries.problems(get(ref)))
    assert before == 1
    stage(ref, settings)
    assert len(queries.problems(get(ref))) == before


def test_rows_lie_in_the_staging_folder_only_until_the_batch_is_written_or_dropped(settings, tmp_path):
    written = staged(registration(tmp_path, graduate(1)), settings)
    dropped = staged(registration(tmp_path, graduate(2), name="second.csv"), settings)
    assert len(lying(settings)) == 4
    confirm(written, settings)
    assert lying(settings) == [f"{dropped}.parquet", f"{dropped}.source"]
    with unit_of_work():
        drop_batch(get(dropped), actor=officer(), settings=settings)
    assert lying(settings) == []
    assert get(dropped).state == "dropped"


def test_what_was_left_lying_is_cleared_away_and_what_is_waiting_stays(settings, tmp_path):
    waiting = staged(registration(tmp_path, graduate(1)), settings)
    over = staged(registration(tmp_path, graduate(2), name="second.csv"), settings)
    with unit_of_work() as session:
        session.scalars(select(Batch).filter_by(ref=over)).one().state = "written"
    for name, age in (("never_committed", 7200), ("just_now", 0)):
        path = settings.staging_dir / f"{name}.source"
        path.write_bytes(b"rows")
        os.utime(path, (path.stat().st_atime - age, path.stat().st_mtime - age))
    assert clear_leftovers(settings=settings) == 3
    assert set(lying(settings)) == {"just_now.source", f"{waiting}.parquet", f"{waiting}.source"}
