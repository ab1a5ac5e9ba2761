"""Imports: a file is handed in and looked at, staged by a job, its problems read, then confirmed or dropped."""

from flask import current_app
from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, func, or_, select

from casework.api import masking, seen
from casework.api.resource import Resource
from casework.api.schemas.fields import LineQuery, Query
from casework.api.schemas.intake import BatchIn, BatchOut, BatchPage, BatchQuery, ConfirmIn, MappingIn, ProblemPage
from casework.config import Settings
from casework.db import db, new_ref
from casework.doors.pages_of import page_of
from casework.doors.problems import translated
from casework.doors.sessions import current_actor
from casework.errors import N_, Invalid
from casework.intake import queries
from casework.intake.importers import IMPORTERS
from casework.intake.models import Batch, RowProblem
from casework.leads import lists
from casework.operations import confirm_batch as confirming
from casework.operations.take_file import promise_staging, take_file
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from workflows.access import Actor

batches = Resource("batches", "Imports")


@batches.operation("GET", "/batches", query=BatchQuery, out=BatchPage)
def list_batches(query: dict) -> object:
    """List the imports within sight, newest first."""
    known = select(Batch).where(_in_sight(current_actor()))
    wanted = known
    for column in ("state", "kind"):
        if query[column]:
            wanted = wanted.where(getattr(Batch, column) == query[column])
    found = page_of(wanted, known=known, name=Batch.ref, after=query["after"], limit=query["limit"], newest_first=True)
    return {"items": [_shown(batch) for batch in found.items], "next": found.next}


@batches.operation("POST", "/batches", multipart=BatchIn, out=BatchOut, status=201)
def upload_batch(body: dict) -> object:
    """Hand in a file; it is looked at, and refused whole when it cannot be read."""
    action = queries.permission_of(body["kind"]) if body["kind"] else "import:run"
    organisation = seen.organisation(body["organisation"], current_actor(), action)
    settings, upload = _settings(), body["file"]
    path = settings.staging_dir / f"{new_ref()}.upload"
    try:
        with path.open("xb") as handle:
            upload.save(handle)
        batch = take_file(
            organisation=organisation,
            round_=get_round(body["round"]),
            file_name=upload.filename or "",
            source=path,
            kind=body["kind"],
            actor=current_actor(),
            settings=settings,
            given={name: str(body[name]) for name in lists.FIELDS if body[name]},
        )
    finally:
        path.unlink(missing_ok=True)
    return _fresh(batch)


@batches.operation("GET", "/batches/<name:ref>", query=Query, out=BatchOut)
def read_batch(_query: dict, ref: str) -> object:
    """Read one import with its counts."""
    return _shown(queries.get_batch(ref, current_actor()))


@batches.operation("POST", "/batches/<name:ref>/staging", body=MappingIn, out=BatchOut, status=202)
def stage_batch(body: dict, ref: str) -> object:
    """Promise the job that reads every row; `mapping` stands before what was guessed from the headers."""
    batch = queries.get_batch(ref, current_actor())
    if body["mapping"] is not None:
        _check_mapping(batch, body["mapping"])
    promise_staging(batch, mapping=body["mapping"])
    return _fresh(batch)


@batches.operation("GET", "/batches/<name:ref>/problems", query=LineQuery, out=ProblemPage)
def list_problems(query: dict, ref: str) -> object:
    """List what could not be read, in the order of the rows; personal values are masked."""
    batch, limit = queries.get_batch(ref, current_actor()), query["limit"]
    first = db.session.scalar(select(func.min(RowProblem.id)).filter_by(batch_id=batch.id)) or 0
    rows = queries.problems(batch, limit=limit + 1, after_id=first + query["after"] - 1)
    shown = rows[:limit]
    following = shown[-1].id - first + 1 if len(rows) > limit else None
    return {"items": [_problem(row) for row in shown], "next": following}


@batches.operation("POST", "/batches/<name:ref>/confirmation", body=ConfirmIn, out=BatchOut)
def confirm_batch(body: dict, ref: str) -> object:
    """Write the staged rows, all of them or none; confirming twice writes once."""
    batch = queries.get_batch(ref, current_actor())
    return _fresh(confirming.confirm_batch(batch, actor=current_actor(), settings=_settings(), **body))


@batches.operation("DELETE", "/batches/<name:ref>", out=BatchOut)
def drop_batch(ref: str) -> object:
    """Drop a file that was not written; the row says that it was there."""
    batch = queries.get_batch(ref, current_actor())
    confirming.drop_batch(batch, actor=current_actor(), settings=_settings())
    return _fresh(batch)


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of a batch that this person may see: each kind asks its own permission."""
    others = [
        and_(Batch.kind == kind, seen.within(Batch.organisation_id, actor, action))
        for kind, action in queries.PERMISSIONS.items()
    ]
    records = and_(Batch.kind.not_in(queries.PERMISSIONS), seen.within(Batch.organisation_id, actor, "import:run"))
    return or_(records, *others)


def _check_mapping(batch: Batch, mapping: list[str | None]) -> None:
    importer = next(each for each in IMPORTERS if each.kind == batch.kind)
    known = {column.name for column in importer.columns}
    named = [name for name in mapping if name is not None]
    if (
        len(mapping) != len(batch.inspection.get("headers", []))
        or not known.issuperset(named)
        or len(set(named)) < len(named)
    ):
        raise Invalid(
            N_("列的对应关系有误，没有校验。"),
            fields={"mapping": N_("每列一项，取本类数据的字段名或 null，同一字段只能用一次。")},
        )


def _fresh(batch: Batch) -> dict[str, object]:
    db.session.flush()  # a new batch gets its moments
    return _shown(batch)


def _shown(batch: Batch) -> dict[str, object]:
    names = ("ref", "kind", "file_name", "sha256", "size", "state", "mapping", "uploaded_at", "confirmed_at", "counts")
    refusal = batch.refusal or {}
    return {name: getattr(batch, name) for name in names} | {
        "organisation": db.session.get_one(Organisation, batch.organisation_id).code,
        "round": db.session.get_one(Round, batch.round_id).code,
        "headers": batch.inspection.get("headers", []),
        "refusal": translated(refusal["message"], refusal["params"]) if refusal else None,
        "job": batch.promise_ref or None,
    }


def _problem(row: RowProblem) -> dict[str, object]:
    names = ("row", "column", "field", "code", "severity", "handling")
    personal = row.field in masking.PERSONAL
    params = {name: "…" if personal and name == "value" else value for name, value in row.params.items()}
    own = {name: getattr(row, name) for name in names}
    return own | {
        "value": masking.field_value(row.field, row.value),
        "detail": translated(row.message, params) if params else gettext(row.message),
    }


def _settings() -> Settings:
    found: Settings = current_app.extensions["casework"]
    return found
