"""Questions about batches and records, and the frames that screening reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal

import pyarrow as pa
from sqlalchemy import Label, Select, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from casework.db import db
from casework.errors import N_, NotFound
from casework.intake.models import Batch, Change, Confirmation, Employer, Operator, Proof, Record, Revision, RowProblem
from casework.intake.normal import CREDIT_CODE_LENGTH
from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from workflows.access import Actor, permitted, scope_of

STATUS = {
    "UNCONFIRMED": "unconfirmed",
    "CONFIRMED": "confirmed",
    "WRONG_INFO": "wrong_information",
    "NEVER_SIGNED": "never_signed",
}
RECORD_COLUMNS = """
college major_code major_name class_name counsellor degree_level destination_code enrol_date employer_name credit_code
employer_nature_code industry_code employer_place_code employer_address job_category_code agreement_no college_review
school_review phone_index family_phone_index employer_phone_index employer_mobile_index signing_date graduation_date
pay cohort_year
""".split()  # noqa: SIM905 - a list of 26 names reads better as words
EMPLOYER_COLUMNS = (
    "credit_code name former_names status nature_code industry_code place_code phone_index address agent_index"
    " status_date founded_date insured_headcount"
)
SETTINGS_KINDS = ("minimum_wages",)
"""Kinds that change what a round rests on: who sets rounds imports them, not who imports records."""
PERMISSIONS = dict.fromkeys(SETTINGS_KINDS, "round:settings") | {"leads": "lead:intake", "pushed_list": "lead:list"}
"""What the kinds that are no records ask instead of `import:run`: who reads exports is not who reads complaints."""
ROUND_WIDE = ("employers", "minimum_wages")
"""Kinds of which a round has one for everybody, whichever organisation handed it in."""
MINIMUM_WAGE = "minimum_wage"


def permission_of(kind: str) -> str:
    """Return the action that handing in and looking at this kind of file asks."""
    return PERMISSIONS.get(kind, "import:run")


def get_batch(ref: str, actor: Actor) -> Batch:
    """Return a batch that this person may see."""
    batch = db.session.scalars(select(Batch).filter_by(ref=ref)).one_or_none()
    if batch is not None:
        organisation = db.session.get_one(Organisation, batch.organisation_id)
        if permitted(actor, permission_of(batch.kind), organisation_path=path_of(organisation)) is None:
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
        .where(Batch.round_id == round_id, Batch.state == "written")
        .where(or_(Batch.organisation_id == organisation_id, Batch.kind.in_(ROUND_WIDE)))
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


def frames(round_id: int, organisation_ids: Sequence[int], *, qualified: bool = False) -> dict[str, pa.Table]:
    """Return the stored rows as the frames of `screening.frames`; a kind that was never imported is left out.

    `qualified`: every student number reads "<organisation code>/<student number>", and every operator's account
    likewise, because numbers repeat between universities. The register and the minimum wages belong to the round,
    whoever handed them in; `history` counts the graduates of these organisations in earlier rounds.
    """
    wanted = _Wanted(round_id, tuple(organisation_ids), qualified)
    kinds = {kind for each in wanted.organisation_ids for kind in data_cut(round_id, each)}
    made = {kind: make(wanted) for kind, make in _FRAMES.items() if kind in kinds}
    others = {"minimum_wages": _minimum_wages(round_id), "history": _history(wanted)}
    return {"records": _records(wanted)} | made | {name: table for name, table in others.items() if table.num_rows}


@dataclass(frozen=True)
class _Wanted:
    """Whose rows of which round, and whether their numbers need the organisation's code before them."""

    round_id: int
    organisation_ids: tuple[int, ...]
    qualified: bool

    def rows(self, model: type, names: str) -> Select:
        """Select columns of a model that has the organisation itself."""
        columns = [getattr(model, name) for name in names.split()]
        chosen = select(*columns).select_from(model)
        placed = chosen.join(Organisation, Organisation.id == model.organisation_id)  # type: ignore[attr-defined]
        return placed.where(model.organisation_id.in_(self.organisation_ids))  # type: ignore[attr-defined]

    def of_records(self, model: type, names: str) -> Select:
        """Select columns of a model that hangs on records, with the student number."""
        columns = [getattr(model, name) for name in names.split()]
        chosen = select(self.number(Record.student_no), *columns).select_from(model)
        return self.of_round(chosen.join(Record, model.record_id == Record.id))  # type: ignore[attr-defined]

    def of_round(self, chosen: Select) -> Select:
        """Keep the rows of records of this round and these organisations."""
        mine = (Record.round_id == self.round_id, Record.organisation_id.in_(self.organisation_ids))
        return chosen.join(Organisation, Organisation.id == Record.organisation_id).where(*mine)

    def number(self, column: InstrumentedAttribute[str], name: str = "") -> Label[str]:
        """Return a number that names somebody inside one university, qualified where several are looked at."""
        written = Organisation.code + "/" + func.nullif(column, "") if self.qualified else column
        return written.label(name or column.key)


def _records(wanted: _Wanted) -> pa.Table:
    columns = [getattr(Revision, name) for name in RECORD_COLUMNS]
    university = func.coalesce(func.nullif(Revision.school_name, ""), Organisation.name).label("university")
    chosen = select(wanted.number(Record.student_no), university, *columns).select_from(Record)
    table = _table(wanted.of_round(chosen.join(Revision, Record.revision_id == Revision.id)))
    registered = pa.nulls(table.num_rows, pa.timestamp("us", tz="UTC"))
    return table.append_column("registered_at", registered)


def _employers(wanted: _Wanted) -> pa.Table:
    columns = [getattr(Employer, name) for name in EMPLOYER_COLUMNS.split()]
    return _table(select(*columns).where(Employer.round_id == wanted.round_id))


def _changes(wanted: _Wanted) -> pa.Table:
    chosen = wanted.rows(Change, "log_id operator_role old_code new_code old_employer new_employer changed_at")
    named = chosen.add_columns(wanted.number(Change.student_no), wanted.number(Change.operator))
    return _table(named.where(Change.round_id == wanted.round_id))


def _confirmations(wanted: _Wanted) -> pa.Table:
    """Return the answers that count: what nobody verified opens a case by itself, and no rule learns from it."""
    chosen = wanted.of_records(Confirmation, "status confirm_time snapshot_on").where(Confirmation.verified)
    return _statuses(_table(chosen.add_columns(Confirmation.device_index.label("device"))))


def _proofs(wanted: _Wanted) -> pa.Table:
    return _table(wanted.of_records(Proof, "file_name sha256 kind text_excerpt size"))


def _operators(wanted: _Wanted) -> pa.Table:
    return _table(wanted.rows(Operator, "role name college").add_columns(wanted.number(Operator.code, "operator")))


def _minimum_wages(round_id: int) -> pa.Table:
    places = rounds.table(round_id, MINIMUM_WAGE).values()
    monthly = pa.array([Decimal(place.attributes["monthly"]) for place in places], pa.decimal128(12, 2))
    return pa.table({"place_code": pa.array([place.code for place in places], pa.string()), "monthly": monthly})


def _history(wanted: _Wanted) -> pa.Table:
    cohort = select(Round.cohort).where(Round.id == wanted.round_id).scalar_subquery()
    chosen = (
        select(Revision.credit_code, Round.cohort.label("cohort_year"), func.count().label("graduates"))
        .join(Record, Record.revision_id == Revision.id)
        .join(Round, Round.id == Record.round_id)
        .where(Round.cohort < cohort, Record.organisation_id.in_(wanted.organisation_ids))
        .where(func.length(Revision.credit_code) == CREDIT_CODE_LENGTH)
        .group_by(Revision.credit_code, Round.cohort)
    )
    return _table(chosen)


_FRAMES: dict[str, Callable[[_Wanted], pa.Table]] = {
    "employers": _employers,
    "changes": _changes,
    "confirmations": _confirmations,
    "proofs": _proofs,
    "operators": _operators,
}


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
