"""Screening: the rules run as a job, their findings are read, and cases are opened from them by a person."""

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from casework.api import masking, seen, shown
from casework.api.jobs import shown as shown_job
from casework.api.resource import Resource
from casework.api.schemas.cases import FindingOut
from casework.api.schemas.fields import Query, page
from casework.api.schemas.intake import FindingQuery, JobOut, OpenedOut, OpenIn, RunIn, RunOut, RunPage, RunQuery
from casework.db import db
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.operations import open_cases as opening
from casework.operations.promise_screening import promise_screening
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from casework.screening.models import Finding, FindingRecord, Run

screening = Resource("screening", "Screening runs and what they found")
FindingPage = page("FindingPage", FindingOut)


@screening.operation("GET", "/screening-runs", query=RunQuery, out=RunPage)
def list_runs(query: dict) -> object:
    """List the runs within sight, newest first."""
    known = _runs()
    wanted = known
    if query["organisation"]:
        named = select(Organisation.id).filter_by(code=query["organisation"])
        wanted = wanted.where(Run.organisation_id.in_(named))
    found = page_of(wanted, known=known, name=Run.ref, after=query["after"], limit=query["limit"], newest_first=True)
    return {"items": [_shown(run) for run in found.items], "next": found.next}


@screening.operation("POST", "/screening-runs", body=RunIn, out=JobOut, status=202)
def start_run(body: dict) -> object:
    """Promise a screening; the job's result names the run."""
    actor = current_actor()
    organisation = seen.organisation(body["organisation"], actor, "screening:run")
    round_ = get_round(body["round"])
    promised = promise_screening(organisation=organisation, round_=round_, actor=actor)
    db.session.flush()  # the answer shows when it was promised
    return shown_job(promised)


@screening.operation("GET", "/screening-runs/<name:ref>", query=Query, out=RunOut)
def read_run(_query: dict, ref: str) -> object:
    """Read one run: what it read, by which rules, and how much it found."""
    return _shown(_run(ref))


@screening.operation("GET", "/screening-runs/<name:ref>/findings", query=FindingQuery, out=FindingPage)
def list_findings(query: dict, ref: str) -> object:
    """List what the run found and what still stands, in sentences, persons masked."""
    known = select(Finding).filter_by(last_run_id=_run(ref).id)
    wanted = known.options(selectinload(Finding.members).joinedload(FindingRecord.record))
    if query["rule"]:
        wanted = wanted.where(Finding.rule == query["rule"])
    found = page_of(wanted, known=known, name=Finding.ref, after=query["after"], limit=query["limit"])
    return {"items": [_finding(row) for row in found.items], "next": found.next}


@screening.operation("POST", "/screening-runs/<name:ref>/cases", body=OpenIn, out=OpenedOut)
def open_cases(body: dict, ref: str) -> object:
    """Open and extend cases from the findings of the run; doing it twice opens nothing twice."""
    done = opening.open_cases(_run(ref), actor=current_actor(), without_rules=body["without_rules"])
    return {
        "opened": [case.number for case in done.opened],
        "extended": [case.number for case in done.extended],
        "waiting": done.waiting,
    }


def _runs() -> Select[Run]:
    return select(Run).where(seen.within(Run.organisation_id, current_actor(), "screening:run"))


def _run(ref: str) -> Run:
    found = db.session.scalars(_runs().where(Run.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这次筛查，或不在您的权限范围内。"))
    return found


def _shown(run: Run) -> dict[str, object]:
    names = ("ref", "started_at", "finished_at", "data_cut", "rules", "settings", "settings_version", "tests", "counts")
    return {name: getattr(run, name) for name in names} | {
        "organisation": db.session.get_one(Organisation, run.organisation_id).code,
        "round": db.session.get_one(Round, run.round_id).code,
    }


def _finding(row: Finding) -> dict[str, object]:
    return shown.finding(row, masking.mask_of([member.record for member in row.members]))
