"""Screening: the rules run as a job, their findings are read, and cases are opened from them by a person."""

from collections import Counter

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from casework.api import masking, seen, shown
from casework.api.jobs import shown as shown_job
from casework.api.resource import Resource
from casework.api.schemas.cases import FindingOut
from casework.api.schemas.fields import Query, page
from casework.api.schemas.intake import FindingQuery, JobOut, OpenedOut, OpenIn, RunIn, RunOut, RunPage, RunQuery
from casework.api.schemas.runs import RunPlanOut, RunPlanQuery, RunRulesOut
from casework.cases.models import Case
from casework.cases.suspicion import weights_of
from casework.db import db
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.operations import open_cases as opening
from casework.operations.homes import Found, plan
from casework.operations.promise_screening import promise_screening
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from casework.screening.models import Finding, FindingRecord, Run
from casework.screening.rules import RULES

screening = Resource("screening", "Screening runs and what they found")
FindingPage = page("FindingPage", FindingOut)
OUTPUTS = {rule.code: rule.output for rule in RULES}


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
    """Promise a screening; the job says how far it is and can be stopped, its result names the run."""
    actor = current_actor()
    organisation = seen.organisation(body["organisation"], actor, "screening:run")
    round_ = get_round(body["round"])
    promised = promise_screening(organisation=organisation, round_=round_, actor=actor, then_open=body["then_open"])
    db.session.flush()  # the answer shows when it was promised
    return shown_job(promised)


@screening.operation("GET", "/screening-runs/<name:ref>", query=Query, out=RunOut)
def read_run(_query: dict, ref: str) -> object:
    """Read one run: what it read, by which rules, and how much it found."""
    return _shown(_run(ref))


@screening.operation("GET", "/screening-runs/<name:ref>/rules", query=Query, out=RunRulesOut)
def list_run_rules(_query: dict, ref: str) -> object:
    """List what became of each rule: its hits, or what it lacked, and which columns were empty."""
    run = _run(ref)
    hits = run.counts.get("by_rule", {})
    return {"items": [_rule(code, about, hits) for code, about in run.rules.items()], "next": None}


@screening.operation("GET", "/screening-runs/<name:ref>/findings", query=FindingQuery, out=FindingPage)
def list_findings(query: dict, ref: str) -> object:
    """List what the run found and what still stands, in sentences with its weight, persons masked."""
    run = _run(ref)
    known = select(Finding).filter_by(last_run_id=run.id)
    wanted = known.options(selectinload(Finding.members).joinedload(FindingRecord.record))
    if query["rule"]:
        wanted = wanted.where(Finding.rule == query["rule"])
    found = page_of(wanted, known=known, name=Finding.ref, after=query["after"], limit=query["limit"])
    weights = weights_of(run.organisation_id, run.round_id)
    masks = [masking.mask_of([member.record for member in row.members]) for row in found.items]
    items = [shown.finding(row, mask, weights) for row, mask in zip(found.items, masks, strict=True)]
    return {"items": items, "next": found.next}


@screening.operation("GET", "/screening-runs/<name:ref>/plan", query=RunPlanQuery, out=RunPlanOut)
def read_plan(query: dict, ref: str) -> object:
    """Read what opening the cases would do now, with some rules thought away; nothing is done."""
    planned = plan(_run(ref), without_rules=frozenset(query["without_rule"]))
    return {
        "opening": len(planned.opening),
        "by_kind": Counter(matter.kind for matter in planned.opening),
        "extending": _numbers(planned.extending),
        "late": _numbers(planned.late),
        "waiting": planned.waiting,
    }


@screening.operation("POST", "/screening-runs/<name:ref>/cases", body=OpenIn, out=OpenedOut)
def open_cases(body: dict, ref: str) -> object:
    """Open and extend cases from the findings of the run; doing it twice opens nothing twice."""
    run = _run(ref)
    done = opening.open_cases(run, actor=current_actor(), without_rules=body["without_rules"], reason=body["reason"])
    return {name: [case.number for case in getattr(done, name)] for name in ("opened", "extended", "late")} | {
        "waiting": done.waiting
    }


def _numbers(found: tuple[Found, ...]) -> list[str]:
    cases: dict[Case, None] = dict.fromkeys(case for case, _ in found)
    return [case.number for case in cases]


def _rule(code: str, about: dict, hits: dict[str, int]) -> dict[str, object]:
    ran = not about["missing"]
    own = {"empty": [], "tests": 0, "seconds": 0.0} | about  # a run of an earlier release has less to say
    return own | {"rule": code, "output": OUTPUTS.get(code), "ran": ran, "hits": hits.get(code, 0) if ran else None}


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
