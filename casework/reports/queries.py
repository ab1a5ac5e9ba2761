"""Questions about plans, checklists, measures and reports; reports are scoped to what the person may see."""

import re
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from casework.asking import reaching
from casework.cases.dossier_of import dossier_parts
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, NotFound
from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.reports.models import ChecklistAnswer, Measure, Plan, Report, ReportCase, Wording
from casework.rounds.models import Round
from workflows.access import SYSTEM, Actor, Reach, Scope, permitted, scope_of

LIVE = ("frozen", "signed")
DELIVERED = ("signed", "filed")
UNFINISHED = ("draft", "stale")
OPEN = ("flagged", "investigating", "corrected")
_NUMBER = re.compile(r"(.+)(\d\d)-R(\d{1,9})")
NEVER_REPORTED = ("canary", "history")
"""Origins of cases that are no part of any report: the daily canary, and what was brought in as history."""


def number_of(report: Report) -> str:
    """Return the number that is printed on a report, as LC24-R1."""
    return f"{report.organisation.short_code}{report.round.cohort % 100:02}-R{report.number}"


def visible_reports(actor: Actor) -> Select[Report]:
    """Return a SELECT of the reports in this person's scope, newest first."""
    wanted = select(Report).options(joinedload(Report.organisation), joinedload(Report.round))
    if actor is not SYSTEM:
        scopes = scope_of(actor, "report:read")
        wanted = wanted.where(or_(*(_condition(scope) for scope in scopes)) if scopes else false())
    return wanted.order_by(Report.id.desc())


def get_report(ref: str, actor: Actor) -> Report:
    """Return one report; `NotFound` when it is none of this person's."""
    found = db.session.scalars(visible_reports(actor).where(Report.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这份自查报告，或不在您的权限范围内。"))
    return found


def find_report(number: str, actor: Actor) -> Report:
    """Return the report that bears this printed number, as LC24-R1; `NotFound` when it is none of this person's."""
    parts = _NUMBER.fullmatch(number.strip().upper())
    if parts is not None:
        short_code, cohort, count = parts.groups()
        wanted = (
            visible_reports(actor)
            .join(Report.organisation)
            .join(Report.round)
            .where(Organisation.short_code == short_code, Round.cohort % 100 == int(cohort))
            .where(Report.number == int(count))
        )
        found = db.session.scalars(wanted.limit(1)).one_or_none()
        if found is not None:
            return found
    raise NotFound(N_("没有找到自查报告 %(report)s，或不在您的权限范围内。"), params={"report": number})


def reports_of(organisation_id: int, round_id: int) -> Sequence[Report]:
    """Return every report of an organisation in a round, in the order of their numbers."""
    wanted = select(Report).filter_by(organisation_id=organisation_id, round_id=round_id).order_by(Report.number)
    return db.session.scalars(wanted).all()


def lock_report(report: Report) -> None:
    """Hold the report to the end of the transaction and read it anew, its signatures, cases and documents too."""
    db.session.flush()
    db.session.refresh(report, with_for_update={"of": Report})  # it may have been read with its organisation joined


def report_before(report: Report) -> Report | None:
    """Return the delivered report that this one supplements, or None."""
    wanted = (
        select(Report)
        .filter_by(organisation_id=report.organisation_id, round_id=report.round_id)
        .where(Report.number < report.number, Report.state.in_(DELIVERED))
        .order_by(Report.number.desc())
        .limit(1)
    )
    return db.session.scalars(wanted).one_or_none()


def next_number(organisation_id: int, round_id: int) -> int:
    """Return the number of the next report of an organisation in a round."""
    wanted = select(func.max(Report.number)).filter_by(organisation_id=organisation_id, round_id=round_id)
    return (db.session.scalar(wanted) or 0) + 1


def current_plan(organisation_id: int, round_id: int) -> Plan | None:
    """Return the plan in force: the last version issued."""
    wanted = select(Plan).filter_by(organisation_id=organisation_id, round_id=round_id)
    return db.session.scalars(wanted.order_by(Plan.version.desc()).limit(1)).one_or_none()


def plans(organisation_id: int, round_id: int) -> Sequence[Plan]:
    """Return every version of the plan, oldest first."""
    wanted = select(Plan).filter_by(organisation_id=organisation_id, round_id=round_id).order_by(Plan.version)
    return db.session.scalars(wanted).all()


def wording(organisation_id: int, round_id: int) -> Wording | None:
    """Return the office's own words in force: the last version, or None where the shipped words hold."""
    wanted = select(Wording).filter_by(organisation_id=organisation_id, round_id=round_id)
    return db.session.scalars(wanted.order_by(Wording.version.desc()).limit(1)).one_or_none()


def answers(organisation_id: int, round_id: int) -> dict[str, ChecklistAnswer]:
    """Return the answers of the checklist by clause."""
    wanted = select(ChecklistAnswer).filter_by(organisation_id=organisation_id, round_id=round_id)
    return {answer.clause: answer for answer in db.session.scalars(wanted.order_by(ChecklistAnswer.clause))}


def measures(organisation_id: int, round_id: int) -> Sequence[Measure]:
    """Return the list of measures, in the order in which they were written."""
    wanted = select(Measure).filter_by(organisation_id=organisation_id, round_id=round_id).order_by(Measure.id)
    return db.session.scalars(wanted).all()


def get_measure(ref: str, actor: Actor) -> Measure:
    """Return one measure; one of a list that is none of this person's does not exist."""
    found = db.session.scalars(select(Measure).filter_by(ref=ref)).one_or_none()
    if found is None or not _in_sight(found, actor):
        raise NotFound(N_("没有找到这条整改措施，或不在您的权限范围内。"))
    return found


def _in_sight(measure: Measure, actor: Actor) -> bool:
    if actor is SYSTEM:
        return True
    place = path_of(db.session.get_one(Organisation, measure.organisation_id))
    refusal = permitted(actor, "report:draft", organisation_path=place)
    return refusal is None or refusal.code != "out_of_scope"


def ready_for(report: Report, *, chosen: Collection[str] | None = None) -> list[int]:
    """Return the ids of the cases that the report would contain: accepted, and in no other standing report."""
    elsewhere = (
        select(ReportCase.case_id)
        .join(Report)
        .where(Report.state.in_(LIVE), ReportCase.report_id != report.id)
        .where(Report.organisation_id == report.organisation_id)
    )
    wanted = (
        select(Case.id)
        .filter_by(organisation_id=report.organisation_id, round_id=report.round_id, state="corrected")
        .where(Case.accepted_at.is_not(None), Case.origin.not_in(NEVER_REPORTED), Case.id.not_in(elsewhere))
        .order_by(Case.id)
    )
    if chosen is not None:
        wanted = wanted.where(Case.number.in_(list(chosen)))
    return list(db.session.scalars(wanted))


def still_open(report: Report, *, without: Iterable[int] = ()) -> Sequence[Case]:
    """Return the cases that a report must name as open: unfinished, and neither in it nor in another standing one."""
    elsewhere = select(ReportCase.case_id).join(Report).where(Report.state.in_(LIVE), ReportCase.report_id != report.id)
    wanted = (
        select(Case)
        .filter_by(organisation_id=report.organisation_id, round_id=report.round_id)
        .where(Case.state.in_(OPEN), Case.origin.not_in(NEVER_REPORTED), Case.id.not_in(elsewhere))
        .order_by(Case.number)
    )
    inside = set(without)
    return [case for case in db.session.scalars(wanted) if case.id not in inside]


def case_ids(report: Report) -> list[int]:
    """Return the ids of the cases in a frozen report."""
    return list(db.session.scalars(select(ReportCase.case_id).filter_by(report_id=report.id).order_by("case_id")))


def lock_cases(ids: Iterable[int]) -> dict[int, Case]:
    """Hold cases to the end of the transaction, in one order for everybody, and read them anew with their dossiers."""
    return _locked(_to_lock(ids).with_for_update(of=Case))


def lock_free_cases(ids: Iterable[int]) -> dict[int, Case]:
    """Hold cases as `lock_cases` does and wait for nobody: raise `StaleDataError` where somebody else holds one.

    For whoever holds a case already: to wait for the others out of turn is how two wait for each other.
    """
    asked = list(ids)
    held = _locked(_to_lock(asked).with_for_update(of=Case, skip_locked=True))
    if len(held) < len(asked):
        raise StaleDataError("a case of the same report is being changed by somebody else")
    return held


def cases_to_show(ids: Iterable[int]) -> list[Case]:
    """Return cases with what their rows of the records need, by number; nobody is kept from changing them."""
    wanted = select(Case).where(Case.id.in_(list(ids))).order_by(Case.number).options(*dossier_parts())
    return list(db.session.scalars(wanted))


def standing_entry(case: Case) -> ReportCase | None:
    """Return the place of a case in the frozen or signed report that contains it, or None."""
    wanted = select(ReportCase).join(Report).where(ReportCase.case_id == case.id, Report.state.in_(LIVE))
    return db.session.scalars(wanted).first()


def _to_lock(ids: Iterable[int]) -> Select[Case]:
    return select(Case).where(Case.id.in_(list(ids))).order_by(Case.id).options(*dossier_parts())


@reaching(
    "cases",
    "records",
    why="a report that was filed holds cases that another body works on since, and says their numbers",
)
def _locked(wanted: Select[Case]) -> dict[int, Case]:
    return {case.id: case for case in db.session.scalars(wanted.execution_options(populate_existing=True))}


def _condition(scope: Scope) -> ColumnElement[bool]:
    parts = [_organisations(scope)]
    if scope.states is not None:
        parts.append(Report.state.in_(sorted(scope.states)))
    if scope.delivered:
        parts.append(Report.delivered_at.is_not(None))
    return and_(*parts)


def _organisations(scope: Scope) -> ColumnElement[bool]:
    if scope.reach is Reach.OWN:
        return Report.organisation_id == scope.organisation_id
    if scope.reach is Reach.CHILDREN:
        children = select(Organisation.id).where(Organisation.parent_id == scope.organisation_id)
        return Report.organisation_id.in_(children)
    own = select(Organisation.path).where(Organisation.id == scope.organisation_id).scalar_subquery()
    return Report.organisation_id.in_(select(Organisation.id).where(Organisation.path.like(own.concat("%"))))
