"""Write a staged file, after a person has confirmed the list of what could not be read: all of it or nothing."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy import select

from casework import clock, journal
from casework.config import Settings
from casework.db import db
from casework.errors import N_, Conflict
from casework.intake import staging
from casework.intake.answers import AT_ONCE, CODES, CONFIRMED
from casework.intake.models import Batch, Operator, Record
from casework.intake.writers import graduates, reference
from casework.operations.import_leads import import_leads
from casework.operations.import_organisations import import_organisations
from casework.operations.import_people import import_people
from casework.operations.open_from_answers import Given, open_from_answers
from casework.operations.permit_import import permit_import
from casework.operations.recheck_corrections import recheck_corrections
from casework.operations.seal_case import seal_unsealed
from casework.operations.take_list import take_list
from casework.operations.watch_drift import KINDS as WATCHED
from casework.operations.watch_drift import watch_drift
from casework.people import queries as people
from casework.people.models import Appointment, Organisation, Person, Relation
from casework.rounds.models import Round
from workflows.access import Actor

_DATE_IN_NAME = re.compile(r"(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)")


def confirm_batch(batch: Batch, *, actor: Actor, settings: Settings, taken_on: date | None = None) -> Batch:
    """Write the staged rows in the present transaction; `taken_on` is the day that the export shows.

    The staged files go with the commit. Running it twice writes once. Raises `Conflict` when the batch is not staged.
    """
    organisation = db.session.get_one(Organisation, batch.organisation_id)
    round_ = db.session.get_one(Round, batch.round_id)
    permit_import(actor, batch.kind, organisation=organisation, round_=round_)
    # One import at a time in an organisation: what is new is decided by comparing with what is there.
    people.lock_organisation(organisation.id)
    locked = db.session.scalars(
        select(Batch).filter_by(id=batch.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if locked.state == "written":
        return locked
    if locked.state != "staged":
        raise Conflict(N_("这批数据还没有校验完，不能写入。请等待校验结束。"), code="not_staged")
    locked.taken_at = datetime.combine(taken_on or _day_of(locked), time(23, 59, 59), clock.BEIJING)
    watched = locked.kind in WATCHED
    if watched:
        seal_unsealed(organisation_id=organisation.id, round_id=round_.id)  # before the file changes what is registered
    locked.counts = locked.counts | _write(locked, organisation, settings=settings, actor=actor)
    if watched:
        locked.counts = locked.counts | {"drifts": watch_drift(locked)}
    locked.state, locked.confirmed_at, locked.confirmed_by_id = "written", clock.now(), actor.id
    staging.discard(settings.staging_dir, locked.ref)
    journal.record(
        organisation_id=organisation.id,
        action="intake:write",
        actor=str(actor.id),
        subject=locked.ref,
        facts={"kind": locked.kind, "sha256": locked.sha256, "counts": locked.counts},
    )
    return locked


def drop_batch(batch: Batch, *, actor: Actor, settings: Settings) -> None:
    """Drop a file that was not written; its staged rows are deleted."""
    organisation = db.session.get_one(Organisation, batch.organisation_id)
    permit_import(actor, batch.kind, organisation=organisation, round_=db.session.get_one(Round, batch.round_id))
    if batch.state == "dropped":
        return
    if batch.state == "written":
        raise Conflict(N_("这批数据已经写入，不能撤回；请导入更新的导出文件。"), code="already_written")
    batch.state = "dropped"
    staging.discard(settings.staging_dir, batch.ref)
    journal.record(organisation_id=batch.organisation_id, action="intake:drop", actor=str(actor.id), subject=batch.ref)


def _write(batch: Batch, organisation: Organisation, *, settings: Settings, actor: Actor) -> dict[str, int]:
    path = staging.rows_path(settings.staging_dir, batch.ref)
    if not path.exists():
        raise Conflict(N_("这批数据的暂存文件已不在，没有写入。请重新上传文件。"), code="staging_lost")
    if batch.kind == "graduates":
        written = graduates.write(batch, path, colleges=people.colleges_of(organisation.id))
        rechecked = recheck_corrections(written.changed_record_ids, actor=actor)
        return {
            "new": written.new,
            "changed": written.changed,
            "unchanged": written.unchanged,
            "unknown": 0,
            "corrections_seen": rechecked,
        }
    if batch.kind in {"organisations", "people"}:
        return _write_people(batch.kind, path, actor=actor)
    if batch.kind in {"leads", "pushed_list"}:
        take = import_leads if batch.kind == "leads" else take_list
        round_ = db.session.get_one(Round, batch.round_id)
        return take(batch, staging.rows(path), organisation=organisation, round_=round_, actor=actor)
    if batch.kind == "confirmations":
        return _write_answers(batch, path, organisation, actor=actor)
    counts = getattr(reference, batch.kind)(batch, path)
    if batch.kind == "operators":
        _tie_operators(organisation)
    return counts


def _write_answers(batch: Batch, path: Path, organisation: Organisation, *, actor: Actor) -> dict[str, int]:
    """Write the answers of an export, and open a case at once for whoever denies having signed anything."""
    taken_at = batch.taken_at or clock.now()
    written = reference.confirmations(batch, path, snapshot_on=_day_of(batch), taken_at=taken_at)
    contradicting = {written_as: answer for answer, written_as in CODES.items() if answer != CONFIRMED}
    answer_of = {
        record_id: answer
        for written_as, answer in contradicting.items()
        for record_id in written.by_status.get(written_as, ())
    }
    given = [Given(record, answer_of[record.id]) for record in _records(list(answer_of))]
    round_ = db.session.get_one(Round, batch.round_id)
    followed = open_from_answers(given, organisation=organisation, round_=round_, actor=actor)
    return written.counts | {"cases_opened": len(followed.opened), "cases_joined": len(followed.joined)}


def _records(record_ids: Sequence[int]) -> list[Record]:
    found: list[Record] = []
    for start in range(0, len(record_ids), AT_ONCE):
        wanted = select(Record).where(Record.id.in_(record_ids[start : start + AT_ONCE])).order_by(Record.student_no)
        found += db.session.scalars(wanted).all()
    return found


def _write_people(kind: str, path: Path, *, actor: Actor) -> dict[str, int]:
    rows = [{name: str(value or "") for name, value in row.items()} for row in staging.rows(path)]
    take = import_organisations if kind == "organisations" else import_people
    return {"rows": take(rows, actor=actor), "new": len(rows), "changed": 0, "unknown": 0}


def _day_of(batch: Batch) -> date:
    """Return the day that the file speaks of: named in its file name, else the day it was handed in."""
    if batch.taken_at:
        return batch.taken_at.astimezone(clock.BEIJING).date()
    found = _DATE_IN_NAME.search(batch.file_name)
    if found:
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            pass
    return batch.uploaded_at.astimezone(clock.BEIJING).date()


def _tie_operators(organisation: Organisation) -> None:
    """Tie accounts of the registration system to persons of the same name in this university.

    A namesake is tied too: an officer wrongly kept from a case costs an hour,
    an officer who judges their own entry costs the finding.
    """
    staff = db.session.scalars(
        select(Person).join(Appointment).join(Organisation).where(Organisation.path.startswith(organisation.path))
    ).unique()
    by_name: dict[str, list[Person]] = {}
    for person in staff:
        by_name.setdefault(person.name, []).append(person)
    operators: Iterable[Operator] = db.session.scalars(select(Operator).filter_by(organisation_id=organisation.id))
    for operator in operators:
        for person in by_name.get(operator.name, []):
            if not any(tie.kind == "operator" and tie.value == operator.code for tie in person.relations):
                person.relations.append(Relation(kind="operator", value=operator.code))
