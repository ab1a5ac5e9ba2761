"""Run the rules over the stored records and remember what they found. It opens nothing by itself.

A finding is recognised by its fingerprint: the second run stores nothing twice,
and a finding that the data no longer show is marked withdrawn, visibly, never
deleted.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import pyarrow as pa
from sqlalchemy import select, update

from casework import clock, journal
from casework.db import affected, db, new_ref
from casework.errors import N_, Conflict
from casework.intake import queries as intake
from casework.intake.bulk import insert_rows
from casework.intake.models import Record
from casework.operations.permit import permit
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from casework.screening import engine
from casework.screening.frames import Context
from casework.screening.models import Finding, FindingRecord, Run
from workflows.access import Actor
from workflows.calendars import CalendarUnknown, shipped

CODE_TABLES = {
    "destination": "destination_code",
    "degree": "degree_level",
    "employer_nature": "employer_nature_code",
    "industry": "industry_code",
    "job_category": "job_category_code",
}
FINDING_COLUMNS = (
    "ref",
    "organisation_id",
    "round_id",
    "rule",
    "level",
    "subject_key",
    "fingerprint",
    "output",
    "strength",
    "observed",
    "first_run_id",
    "last_run_id",
)


def screen(
    *,
    organisation: Organisation,
    round_: Round,
    actor: Actor,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> Run:
    """Screen one organisation's round and return the run with its counts.

    Raises `Conflict` when no registration export was imported yet.
    """
    permit(actor, "screening:run", organisation=organisation)
    # One screening at a time: what is new is decided by comparing with what is stored.
    db.session.execute(select(Organisation.id).filter_by(id=organisation.id).with_for_update(key_share=True))
    cut = intake.data_cut(round_.id, organisation.id)
    if "graduates" not in cut:
        raise Conflict(N_("还没有导入毕业去向登记数据，无法筛查。请先导入。"), code="nothing_to_screen")
    exported_at = datetime.fromisoformat(cut["graduates"]["taken_at"])
    frames = intake.frames(round_.id, organisation.id) | {"codes": _codes(round_.id)} | _working_days(round_.cohort)
    context = Context(cohort_year=round_.cohort, as_of=clock.now(), exported_at=exported_at)
    screening = engine.screen(
        frames, context=context, settings=round_.settings.get("screening", {}), on_progress=on_progress
    )
    run = _store_run(screening, organisation, round_, cut, actor)
    counts = _store_findings(screening.hits, run)
    run.counts = counts | {"by_rule": {each.rule: each.hits for each in screening.runs}}
    run.finished_at = clock.now()
    journal.record(
        organisation_id=organisation.id,
        action="screening:run",
        actor=str(actor.id),
        subject=run.ref,
        facts={"rules": run.rules, "counts": counts, "data_cut": {kind: row["sha256"] for kind, row in cut.items()}},
    )
    return run


def _codes(round_id: int) -> pa.Table:
    rows = [
        {
            "table": name,
            "code": entry.code,
            "name_zh": entry.name_zh,
            "parent_code": entry.parent_code or None,
            "settled": entry.attributes.get("counts_in_settled_rate") == "1",
            "needs_employer": entry.attributes.get("needs_employer_identity") == "1",
        }
        for name, table in CODE_TABLES.items()
        for entry in rounds.table(round_id, table).values()
    ]
    return pa.Table.from_pylist(rows)


def _working_days(cohort: int) -> dict[str, pa.Table]:
    """Return the frame of working days up to today, or none when no calendar reaches so far.

    The rules that count working days then say what they lack; the others run.
    """
    day, last = date(cohort, 1, 1), clock.today()
    days, calendar = [], shipped()
    try:
        while day <= last:
            if calendar.working_day(day):
                days.append(day)
            day += timedelta(days=1)
    except CalendarUnknown:
        return {}
    return {"working_days": pa.table({"day": pa.array(days, pa.date32())})}


def _store_run(screening: engine.Screening, organisation: Organisation, round_: Round, cut: dict, actor: Actor) -> Run:
    run = Run(
        ref=new_ref(),
        organisation_id=organisation.id,
        round_id=round_.id,
        started_by=str(actor.id),
        data_cut=cut,
        rules={each.rule: {"version": each.version, "missing": list(each.missing)} for each in screening.runs},
        settings={
            rule: {name: str(value) if not isinstance(value, tuple) else list(value) for name, value in values.items()}
            for rule, values in screening.settings.items()
        },
    )
    db.session.add(run)
    db.session.flush()  # findings name their run
    return run


def _store_findings(hits: Iterable[engine.Hit], run: Run) -> dict[str, int]:
    scope = {"organisation_id": run.organisation_id, "round_id": run.round_id}
    known = {
        row.fingerprint: row.id
        for row in db.session.execute(select(Finding.fingerprint, Finding.id).filter_by(**scope))
    }
    found = {hit.fingerprint: hit for hit in hits}
    fresh = [hit for hit in found.values() if hit.fingerprint not in known]
    insert_rows(
        Finding.__table__,
        FINDING_COLUMNS,
        (
            (
                new_ref(),
                run.organisation_id,
                run.round_id,
                hit.rule,
                hit.level,
                hit.subject_key,
                hit.fingerprint,
                hit.output,
                hit.strength,
                hit.observed,
                run.id,
                run.id,
            )
            for hit in fresh
        ),
    )
    _store_members(fresh, run)
    again = [known[fingerprint] for fingerprint in found if fingerprint in known]
    gone = [finding_id for fingerprint, finding_id in known.items() if fingerprint not in found]
    _mark(again, last_run_id=run.id, withdrawn_at=None)
    withdrawn = _mark(gone, only_standing=True, withdrawn_at=clock.now())
    return {"found": len(found), "new": len(fresh), "again": len(again), "withdrawn": withdrawn}


def _store_members(fresh: list[engine.Hit], run: Run) -> None:
    scope = {"organisation_id": run.organisation_id, "round_id": run.round_id}
    numbered = select(Record.student_no, Record.id).filter_by(**scope)
    records = {row.student_no: row.id for row in db.session.execute(numbered)}
    stored = select(Finding.fingerprint, Finding.id).filter_by(first_run_id=run.id, **scope)
    ids = {row.fingerprint: row.id for row in db.session.execute(stored)}
    pairs = (
        (ids[hit.fingerprint], records[number]) for hit in fresh for number in hit.student_nos if number in records
    )
    insert_rows(FindingRecord.__table__, ("finding_id", "record_id"), pairs)


def _mark(ids: list[int], *, only_standing: bool = False, **values: object) -> int:
    changed = 0
    for start in range(0, len(ids), 500):
        wanted = update(Finding).where(Finding.id.in_(ids[start : start + 500]))
        if only_standing:
            wanted = wanted.where(Finding.withdrawn_at.is_(None))
        changed += affected(wanted.values(**values))
    return changed
