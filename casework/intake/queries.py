"""Questions about batches and records, and the frames that screening reads."""

from collections.abc import Sequence
from datetime import UTC

import pyarrow as pa
from sqlalchemy import Select, false, func, or_, select

from casework.db import db
from casework.errors import N_, NotFound
from casework.intake.models import Batch, Change, Confirmation, Employer, Proof, Record, Revision, RowProblem
from casework.people.actors import path_of
from casework.people.models import Organisation
from workflows.access import Actor, permitted, scope_of

STATUS = {
    "UNCONFIRMED": "unconfirmed",
    "CONFIRMED": "confirmed",
    "WRONG_INFO": "wrong_information",
    "NEVER_SIGNED": "never_signed",
}
RECORD_COLUMNS = """
college major_name class_name counsellor degree_level destination_code enrol_date employer_name credit_code
employer_nature_code industry_code employer_place_code job_category_code college_review school_review phone_index
family_phone_index employer_phone_index employer_mobile_index signing_date graduation_date pay cohort_year
""".split()  # noqa: SIM905 - a list of 23 names reads better as words
EMPLOYER_COLUMNS = (
    "credit_code name former_names status nature_code industry_code place_code phone_index status_date founded_date"
    " insured_headcount"
)


def get_batch(ref: str, actor: Actor) -> Batch:
    """Return a batch that this person may see."""
    batch = db.session.scalars(select(Batch).filter_by(ref=ref)).one_or_none()
    if batch is not None:
        organisation = db.session.get_one(Organisation, batch.organisation_id)
        if permitted(actor, "import:run", organisation_path=path_of(organisation)) is None:
            return batch
    raise NotFound(N_("没有找到这批导入，或不在您的权限范围内。"))


def batches(actor: Actor, *, limit: int = 50, before_id: int | None = None) -> Sequence[Batch]:
    """Return the newest batches of the organisations in which this person imports."""
    seats = select(Organisation.path).where(
        Organisation.id.in_([scope.organisation_id for scope in scope_of(actor, "import:run")])
    )
    # Importing reaches below one's own seat, as the policy grants it; `get_batch` asks the same policy.
    within = [Organisation.path.startswith(path) for path in db.session.scalars(seats)]
    ids = select(Organisation.id).where(or_(false(), *within))
    wanted = select(Batch).where(Batch.organisation_id.in_(ids)).order_by(Batch.id.desc()).limit(limit)
    return db.session.scalars(wanted.where(Batch.id < before_id) if before_id else wanted).all()


def problems(batch: Batch, *, limit: int | None = 200, after_id: int = 0) -> Sequence[RowProblem]:
    """Return what could not be read, errors first, in the order of the rows."""
    wanted = select(RowProblem).where(RowProblem.batch_id == batch.id, RowProblem.id > after_id).order_by(RowProblem.id)
    return db.session.scalars(wanted.limit(limit) if limit else wanted).all()


def data_cut(round_id: int, organisation_id: int) -> dict[str, dict[str, str]]:
    """Return the newest written batch of each kind: what a screening of now would read."""
    newest = (
        select(Batch.kind, func.max(Batch.id).label("id"))
        .where(Batch.round_id == round_id, Batch.organisation_id == organisation_id, Batch.state == "written")
        .group_by(Batch.kind)
        .subquery()
    )
    rows = db.session.scalars(select(Batch).join(newest, Batch.id == newest.c.id))
    return {
        row.kind: {
            "ref": row.ref,
            "sha256": row.sha256,
            "taken_at": row.taken_at.astimezone(UTC).isoformat() if row.taken_at else "",
        }
        for row in rows
    }


def frames(round_id: int, organisation_id: int) -> dict[str, pa.Table]:
    """Return the stored rows as the frames of `screening.frames`; a kind that was never imported is left out."""
    have = data_cut(round_id, organisation_id)
    in_scope = (Record.round_id == round_id, Record.organisation_id == organisation_id)
    found = {"records": _records(in_scope)}
    if "employers" in have:
        found["employers"] = _table(_select(Employer, EMPLOYER_COLUMNS).where(Employer.round_id == round_id))
    if "changes" in have:
        names = "log_id student_no operator operator_role old_code new_code old_employer new_employer changed_at"
        wanted = _select(Change, names).filter_by(round_id=round_id, organisation_id=organisation_id)
        found["changes"] = _table(wanted)
    if "proofs" in have:
        wanted = _select(Proof, "file_name sha256 kind text_excerpt size").add_columns(Record.student_no)
        found["proofs"] = _table(wanted.join(Record, Proof.record_id == Record.id).where(*in_scope))
    if "confirmations" in have:
        wanted = _select(Confirmation, "status confirm_time snapshot_on").add_columns(Record.student_no)
        found["confirmations"] = _statuses(
            _table(wanted.join(Record, Confirmation.record_id == Record.id).where(*in_scope))
        )
    return found


def _records(in_scope: tuple) -> pa.Table:
    columns = [getattr(Revision, name) for name in RECORD_COLUMNS]
    wanted = select(Record.student_no, *columns).join(Revision, Record.revision_id == Revision.id).where(*in_scope)
    table = _table(wanted)
    registered = pa.nulls(table.num_rows, pa.timestamp("us", tz="UTC"))
    return table.append_column("registered_at", registered)


def _select(model: type, names: str) -> Select:
    return select(*(getattr(model, name) for name in names.split()))


def _table(wanted: Select) -> pa.Table:
    result = db.session.execute(wanted)
    names = list(result.keys())
    columns = list(zip(*result, strict=True)) or [() for _ in names]
    return pa.table({name: _array(column) for name, column in zip(names, columns, strict=True)})


def _array(values: Sequence[object]) -> pa.Array:
    """Return a column for the rules, to whom a blank text is nothing: the tables say "" where the file said nothing."""
    return pa.array([None if value == "" else value for value in values])


def _statuses(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("status")
    lower = pa.array([STATUS.get(value, value) for value in table["status"].to_pylist()], pa.string())
    return table.set_column(place, "status", lower)
