"""Read every row of a file into staging and list what could not be read. No record is touched."""

import time
from collections.abc import Callable, Mapping
from datetime import date
from itertools import chain

from sqlalchemy import delete, select

from casework.config import Settings
from casework.db import db
from casework.errors import FileRefused
from casework.intake import staging
from casework.intake.bulk import insert_rows
from casework.intake.importers.codes import CodeTable, code_table
from casework.intake.importers.shapes import Staged
from casework.intake.importers.staging import stage
from casework.intake.models import Batch, RowProblem
from casework.operations.check_staged import problems_of_rows
from casework.operations.take_file import inspection_of
from casework.rounds import queries
from workflows.engine import Words

ALIASES = "name_zh_alias"
WAITING = ("uploaded", "inspected", "staging", "staged")
LEFT_ALONE = 3600.0


def parse(
    batch: Batch, *, settings: Settings, tables: Mapping[str, CodeTable], on_progress: Callable[[int, int], object]
) -> Staged:
    """Parse the file of a batch into its staging file; needs no transaction. Raises `FileRefused`."""
    return stage(
        staging.source_path(settings.staging_dir, batch.ref),
        inspection_of(batch),
        staging.rows_path(settings.staging_dir, batch.ref),
        mapping=tuple(batch.mapping),
        codes=tables,
        on_progress=on_progress,
    )


def code_tables(round_id: int) -> dict[str, CodeTable]:
    """Return the round's code tables as the importers read them."""
    names = (
        "destination_code",
        "degree_level",
        "sex",
        "training_mode",
        "hardship",
        "teacher_training",
        "employer_nature_code",
        "industry_code",
        "job_category_code",
        "lead_channel",
    )
    return {
        name: code_table((entry.code, (entry.name_zh, entry.attributes.get(ALIASES, ""))) for entry in rows.values())
        for name in names
        if (rows := queries.table(round_id, name))
    }


def note_staged(batch: Batch, staged: Staged) -> None:
    """Write down what the staging found: counts, and one row per problem."""
    odd = list(problems_of_rows(batch, staged.path))
    db.session.execute(delete(RowProblem).where(RowProblem.batch_id == batch.id))
    columns = (
        "batch_id",
        "row_number",
        "column_name",
        "field",
        "value",
        "code",
        "message",
        "params",
        "severity",
        "handling",
    )
    insert_rows(
        RowProblem.__table__,
        columns,
        (
            (
                batch.id,
                found.row,
                visible(found.header),
                found.field,
                visible(found.value),
                found.code,
                found.message,
                {name: _storable(value) for name, value in found.params.items()},
                found.severity,
                found.handling,
            )
            for found in chain(staged.problems(), odd)
        ),
    )
    staged.problems_path.unlink(missing_ok=True)
    batch.counts = {
        "rows_in_file": staged.rows_in_file,
        "rows_staged": staged.rows_staged,
        "rows_skipped": staged.rows_skipped,
        "rows_merged": staged.rows_merged,
        "rows_reported": staged.rows_reported,
        "problems": staged.problem_count + len(odd),
    }
    batch.state = "staged"


def _storable(value: str | Words) -> str | list[str]:
    return [visible(word) for word in value] if isinstance(value, Words) else visible(value)


def visible(text: str) -> str:
    """Return a text of the file as it can be shown and stored: a NUL is written out."""
    return text.replace("\x00", "␀")


def clear_leftovers(*, settings: Settings) -> int:
    """Delete the staged files of batches that are over, or that never came to be; return how many files.

    A file is named before its batch is committed, so one without a batch is left alone for an hour.
    """
    folder = settings.staging_dir
    lying = staging.refs(folder)
    alive = set(db.session.scalars(select(Batch.ref).where(Batch.state.in_(WAITING)))) & lying
    known = set(db.session.scalars(select(Batch.ref))) & lying
    old = time.time() - LEFT_ALONE
    over = {ref for ref in lying - alive if ref in known or staging.newest(folder, ref) < old}
    return sum(staging.sweep(folder, ref) for ref in sorted(over))


def note_refused(batch: Batch, refusal: FileRefused, *, settings: Settings) -> None:
    """Write down that the file cannot be taken, and why; what was staged is deleted with the commit."""
    batch.state = "refused"
    batch.refusal = {"code": refusal.code, "message": refusal.message, "params": _plain(refusal.params)}
    staging.discard(settings.staging_dir, batch.ref)


def _plain(params: Mapping[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in params.items()}
