"""Run the rules over the stored records and remember what they found. It opens nothing by itself.

A finding is recognised by its fingerprint: the second run stores nothing twice,
and a finding that the data no longer show is marked withdrawn, visibly, never
deleted. Reading, asking the rules and storing are three steps, so that a job can
ask the rules without keeping a transaction open, and be stopped meanwhile.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import select, update

from casework import clock, journal
from casework.db import affected, db, new_ref
from casework.errors import N_, Conflict
from casework.intake.bulk import insert_rows
from casework.intake.models import Record
from casework.operations.gather import ABOVE, Gathered, cut_of, gather, universities
from casework.operations.permit import permit
from casework.operations.tell_withdrawn import tell_withdrawn
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from casework.screening import engine
from casework.screening.models import Finding, FindingRecord, Run
from casework.screening.settings import plain
from workflows.access import Actor

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
    should_stop: Callable[[], bool] | None = None,
) -> Run:
    """Screen one organisation's round and return the run with its counts, all in the present unit of work.

    Raises `Conflict` when no registration export was imported yet, `ScreeningStopped` when asked to stop.
    """
    permit(actor, "screening:run", organisation=organisation)
    lock_organisation(organisation.id)
    gathered = gather(organisation=organisation, round_=round_)
    return store(ask(gathered, on_progress=on_progress, should_stop=should_stop), gathered, actor=actor)


def ask(
    gathered: Gathered,
    *,
    on_progress: Callable[[int, int, str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> engine.Screening:
    """Ask every rule; needs no transaction."""
    return engine.screen(
        gathered.frames,
        context=gathered.context,
        settings=gathered.values,
        rules=gathered.rules,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def store(screening: engine.Screening, gathered: Gathered, *, actor: Actor, promise_ref: str = "") -> Run:
    """Write a run and what it found; raise `Conflict` when other data came in while the rules were asked."""
    organisation = db.session.get_one(Organisation, gathered.organisation_id)
    permit(actor, "screening:run", organisation=organisation)
    # One at a time: what is new is decided by comparing with what is stored.
    lock_organisation(organisation.id)
    if cut_of(organisation, db.session.get_one(Round, gathered.round_id)) != gathered.cut:
        raise Conflict(N_("筛查期间有新的数据写入，未保留任何结果。请重新筛查。"), code="data_changed")
    run = _store_run(screening, gathered, actor, promise_ref)
    # What is about one record belongs to the university that can ask the graduate.
    hits = [hit for hit in screening.hits if organisation.kind not in ABOVE or hit.level != "record"]
    counts = _store_findings(hits, run, _record_ids(organisation, run))
    run.counts = {
        **counts,
        "by_rule": {each.rule: each.hits for each in screening.runs},
        "unreadable": screening.unreadable,
    }
    run.finished_at = clock.now()
    tell_withdrawn(organisation=organisation, round_=db.session.get_one(Round, run.round_id), actor=actor)
    journal.record(
        organisation_id=organisation.id,
        action="screening:run",
        actor=str(actor.id),
        subject=run.ref,
        facts={
            "rules": {code: {"version": row["version"], "missing": row["missing"]} for code, row in run.rules.items()},
            "settings_version": run.settings_version,
            "tests": run.tests,
            "counts": counts,
            "data_cut": {kind: row["sha256"] for kind, row in gathered.cut.items()},
        },
    )
    return run


def _store_run(screening: engine.Screening, gathered: Gathered, actor: Actor, promise_ref: str) -> Run:
    run = Run(
        ref=new_ref(),
        organisation_id=gathered.organisation_id,
        round_id=gathered.round_id,
        started_by=str(actor.id),
        data_cut=gathered.cut,
        rules={
            each.rule: {
                "version": each.version,
                "missing": list(each.missing),
                "empty": list(each.empty),
                "tests": each.tests,
                "seconds": round(each.seconds, 3),
            }
            for each in screening.runs
        },
        settings={
            rule: {name: plain(value) for name, value in values.items()} for rule, values in screening.settings.items()
        },
        settings_version=gathered.version,
        tests=screening.tests,
        promise_ref=promise_ref,
    )
    db.session.add(run)
    db.session.flush()  # findings name their run
    return run


def _record_ids(organisation: Organisation, run: Run) -> dict[str, int]:
    """Return the records by student number, as the frames named them."""
    above = organisation.kind in ABOVE
    codes = {each.id: each.code for each in (universities(organisation) if above else [organisation])}
    wanted = select(Record.organisation_id, Record.student_no, Record.id).where(
        Record.round_id == run.round_id, Record.organisation_id.in_(codes)
    )
    return {
        f"{codes[row.organisation_id]}/{row.student_no}" if above else row.student_no: row.id
        for row in db.session.execute(wanted)
    }


def _store_findings(hits: Iterable[engine.Hit], run: Run, records: dict[str, int]) -> dict[str, int]:
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
    _store_members(fresh, run, records)
    again = [known[fingerprint] for fingerprint in found if fingerprint in known]
    gone = [finding_id for fingerprint, finding_id in known.items() if fingerprint not in found]
    _mark(again, last_run_id=run.id, withdrawn_at=None)
    withdrawn = _mark(gone, only_standing=True, withdrawn_at=clock.now())
    return {"found": len(found), "new": len(fresh), "again": len(again), "withdrawn": withdrawn}


def _store_members(fresh: list[engine.Hit], run: Run, records: dict[str, int]) -> None:
    scope = {"organisation_id": run.organisation_id, "round_id": run.round_id}
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
