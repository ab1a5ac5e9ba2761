"""Take a file in: look at it, refuse it, or keep it for staging. Nothing of its content is stored yet."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import select

from casework import clock, journal, promises
from casework.config import Settings
from casework.db import db, new_ref
from casework.errors import N_, Conflict, Invalid
from casework.intake import staging
from casework.intake.importers import IMPORTERS
from casework.intake.importers.inspection import inspect
from casework.intake.importers.shapes import Inspection
from casework.intake.models import Batch
from casework.leads import lists
from casework.operations.permit_import import permit_import
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import Actor

STAGEABLE = ("uploaded", "staged")
"""A batch whose file lies ready; staged anew, it is read with another mapping."""


def take_file(
    *,
    organisation: Organisation,
    round_: Round,
    file_name: str,
    source: Path,
    actor: Actor,
    settings: Settings,
    kind: str | None = None,
    given: Mapping[str, str | None] | None = None,
) -> Batch:
    """Return a new batch for a file that can be read; `kind` None: told from its headers.

    `given` are the terms of a pushed-down list (`leads.lists.FIELDS`); other kinds have none. Raises `Invalid` for
    terms that cannot stand, `FileRefused` with what is wrong, and `Conflict` with the first import's ref when the
    same content was already written.
    """
    permit_import(actor, None, organisation=organisation, round_=round_)
    if kind is not None and kind not in {importer.kind for importer in IMPORTERS}:
        raise Invalid(N_("没有这一类数据，没有保存。请从列表中选择。"), fields={"kind": N_("请从列表中选择。")})
    inspection = inspect(source, filename=file_name, kind=kind)
    permit_import(actor, inspection.kind, organisation=organisation, round_=round_)
    _refuse_known(organisation, round_, inspection)
    terms = lists.read_terms(given or {}, today=clock.today()).plain() if inspection.kind == lists.KIND else {}
    batch = Batch(
        ref=new_ref(),
        organisation_id=organisation.id,
        round_id=round_.id,
        kind=inspection.kind,
        file_name=Path(file_name).name.replace("\x00", "")[:255],
        sha256=inspection.sha256,
        size=inspection.size,
        inspection=_plain(inspection),
        mapping=list(inspection.mapping),
        given=terms,
        uploaded_by_id=actor.id,
    )
    db.session.add(batch)
    shutil.copyfile(source, staging.source_path(settings.staging_dir, batch.ref))
    journal.record(
        organisation_id=organisation.id,
        action="intake:take",
        actor=str(actor.id),
        subject=batch.ref,
        facts={"kind": batch.kind, "sha256": batch.sha256, "size": batch.size},
    )
    return batch


def promise_staging(batch: Batch, *, mapping: list[str | None] | None = None) -> None:
    """Promise the job that reads every row; `mapping` replaces what was guessed from the headers.

    Raises `Conflict` unless the file waits for it: what is being read is not read twice at once, and the
    file of what was written, refused or dropped is gone.
    """
    db.session.refresh(batch, with_for_update=True)
    if batch.state not in STAGEABLE:
        raise Conflict(N_("这批数据正在校验、已写入或已放弃，不能重新校验。"), code="not_stageable")
    if mapping is not None:
        batch.mapping = mapping
    batch.state = "staging"
    batch.promise_ref = promises.promise("stage_batch", batch=batch.ref).ref


def inspection_of(batch: Batch) -> Inspection:
    """Return the stored inspection as the importers know it."""
    tuples = {name: tuple(value) for name, value in batch.inspection.items() if isinstance(value, list)}
    return Inspection(**(batch.inspection | tuples))


def _plain(inspection: Inspection) -> dict[str, object]:
    """Return the inspection as JSON that either database takes; the samples are personal data and are left out."""
    shown = asdict(inspection) | {
        "samples": [],
        "headers": [header.replace("\x00", "␀") for header in inspection.headers],
    }
    shown["unmapped"] = [header.replace("\x00", "␀") for header in inspection.unmapped]
    return json.loads(json.dumps(shown, default=str))


def _refuse_known(organisation: Organisation, round_: Round, inspection: Inspection) -> None:
    first = db.session.scalars(
        select(Batch)
        .filter_by(organisation_id=organisation.id, round_id=round_.id, kind=inspection.kind, sha256=inspection.sha256)
        .where(Batch.state == "written")
        .order_by(Batch.id)
    ).first()
    if first is not None:
        raise Conflict(
            N_("同一文件已于 %(on)s 导入（批次 %(ref)s），没有重复导入。如需更新，请重新从登记系统导出。"),
            code="already_imported",
            params={"on": first.confirmed_at.date().isoformat() if first.confirmed_at else "", "ref": first.ref},
        )
