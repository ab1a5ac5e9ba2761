"""The self-check of an organisation: plan, checklist, measures, report; and each report with what it binds."""

from collections.abc import Callable

from flask import Response, request, url_for
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.upcoming import next_said
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Conflict, Forbidden, NotFound
from casework.filing import queries as filing
from casework.operations.answer_checklist import answer_checklist
from casework.operations.download_document import download_document
from casework.operations.draft_report import draft_report
from casework.operations.freeze_report import RENDER, freeze_report
from casework.operations.issue_plan import issue_plan
from casework.operations.mark_export import PURPOSES
from casework.operations.measures import add_measure, drop_measure, finish_measure_line
from casework.operations.retime_report import due_of
from casework.people.models import Organisation
from casework.promises import Promise
from casework.reports import queries
from casework.reports.facts import signing_of
from casework.reports.models import OpenCase, Report, ReportCase
from casework.reports.papers import CONSENT, grade_of
from casework.reports.snapshot_of import TEXTS
from casework.rounds import settings as round_settings
from casework.rounds.models import Round
from casework.web import shell
from casework.web.case_deeds import day_of
from casework.web.case_page import downloaded
from casework.web.pages import Trouble, page, settings, submitted
from casework.web.proofs import proved_when, wants_all
from casework.web.reprojections import ROLES
from workflows.access import Actor, scope_of

SHOWN_CASES = 100
MAKING = ("draft", "stale")


@signed_in
def reports() -> Response:
    """Show the self-check of one's own organisation as a list of what is done and what is missing, and the reports."""
    return _workspace(None)


@signed_in
def change(what: str) -> Response:
    """Do one thing of the self-check: issue the plan, answer an item, list a measure, write texts, freeze."""
    if what not in CHANGES:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    label, do = CHANGES[what]
    return submitted(
        lambda: do(own_seat(current_actor()), round_now(), current_actor()),
        done=gettext(label),
        to=url_for("web.reports") + f"#{PLACE.get(what, what)}",
        again=lambda trouble: _workspace(trouble, what),
    )


@signed_in
def report(ref: str) -> Response:
    """Show one report: where it stands, who signs, what it holds, what came back."""
    return _report(ref)


@signed_in
@proved_when(wants_all)
def document(ref: str, kind: str) -> Response:
    """Hand out one document; the full records are an export and are journalled."""
    masked = request.args.get("full") != "1"
    with unit_of_work():
        made = download_document(
            named(ref),
            kind=kind,
            masked=masked,
            actor=current_actor(),
            settings=settings(),
            purpose=request.args.get("for", ""),
        )
    return downloaded(made.content, name=made.file_name, media_type=made.media_type)


def named(ref: str) -> Report:
    """Return a report within sight by its ref, or by the number that messages and papers name."""
    actor = current_actor()
    head, _, number = ref.rpartition("-R")
    if head and (counted := whole_number(number)) is not None:
        same = db.session.scalars(queries.visible_reports(actor).where(Report.number == counted))
        found = next((each for each in same if queries.number_of(each) == ref), None)
        if found is not None:
            return found
    return queries.get_report(ref, actor)


def drafting_seat(actor: Actor) -> Organisation | None:
    """Return the organisation whose self-check this person writes, if any."""
    scopes = scope_of(actor, "report:draft")
    return db.session.get(Organisation, scopes[0].organisation_id) if scopes else None


def own_seat(actor: Actor) -> Organisation:
    """Return the organisation whose self-check this person writes; nobody else finds the page."""
    seat = drafting_seat(actor)
    if seat is None:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    return seat


def round_now() -> Round:
    """Return the round that this person works in."""
    round_ = shell.current_round()
    if round_ is None:
        raise Conflict(N_("还没有开启任何轮次。请系统管理员先开启轮次。"))
    return round_


def _workspace(trouble: Trouble | None, what: str = "") -> Response:
    actor, round_ = current_actor(), shell.current_round()
    if not shell.may(actor, "report:read"):
        raise Forbidden(N_("您的角色不查看自查报告。"))
    seat = drafting_seat(actor)
    listed = db.session.scalars(queries.visible_reports(actor).limit(60)).all()
    context: dict[str, object] = {"seat": None, "listed": listed, "number_of": queries.number_of}
    if seat is not None and round_ is not None:
        own = queries.reports_of(seat.id, round_.id)
        making = next((each for each in own if each.state in MAKING), None)
        ready = queries.ready_for(making) if making else []
        context |= {
            "seat": seat,
            "plan": queries.current_plan(seat.id, round_.id),
            "earlier_plans": [*reversed(queries.plans(seat.id, round_.id)[:-1])],
            "clauses": round_settings.checklist(round_),
            "answers": queries.answers(seat.id, round_.id),
            "measures": queries.measures(seat.id, round_.id),
            "making": making,
            "waiting": next((each for each in own if each.state == "frozen"), None),
            "ready": len(ready),
            "accepted": _accepted(seat, round_),
            "still_open": queries.still_open(making, without=ready) if making else [],
            "parts": TEXTS,
            "may_freeze": shell.may(actor, "report:freeze"),
        }
    return page(
        "reports/page.html", status=trouble.status if trouble else 200, trouble=trouble, what=what, given=request.form,
        today=clock.today(), **context,
    )  # fmt: skip


def _accepted(seat: Organisation, round_: Round) -> int:
    wanted = select(func.count()).where(
        Case.organisation_id == seat.id, Case.round_id == round_.id, Case.accepted_at.is_not(None)
    )
    return db.session.scalar(wanted) or 0


def _report(ref: str) -> Response:
    actor = current_actor()
    found = named(ref)
    cases = db.session.execute(
        select(Case.number, Case.title, Case.title_params, Case.conclusion, Case.state, ReportCase.dossier_hash)
        .join(ReportCase, ReportCase.case_id == Case.id)
        .where(ReportCase.report_id == found.id).order_by(ReportCase.position).limit(SHOWN_CASES)
    ).all()  # fmt: skip
    signing = signing_of(found)
    db.session.scalars(select(OpenCase).filter_by(report_id=found.id).options(joinedload(OpenCase.case))).all()
    return page(
        "reports/report.html",
        purposes=PURPOSES,
        report=found,
        number=queries.number_of(found),
        cases=cases,
        counts=(found.manifest or {}).get("counts", {}),
        signing=signing,
        due=due_of(found),
        next_said=next_said(found, clock.now()),
        role_names=ROLES,
        signatures=[each for each in found.signatures if each.lapsed_at is None],
        lapsed=[each for each in found.signatures if each.lapsed_at is not None],
        deliveries=filing.history_of(found),
        rendering=rendering_of(found),
        may_send=shell.may(actor, "filing:deliver") and found.state == "signed",
        may_sign=shell.may(actor, "report:sign") and found.state == "frozen",
        may_hand_in=shell.may(actor, "report:draft") and found.state == "frozen" and grade_of(found) != CONSENT,
    )


def rendering_of(report: Report) -> Promise | None:
    """Return the job that makes the PDFs of a report as it is frozen now, while it is not done."""
    wanted = select(Promise).filter_by(name=RENDER, done_at=None).order_by(Promise.id.desc()).limit(50)
    mine = {"report": report.ref, "manifest_hash": report.manifest_hash}
    return next((each for each in db.session.scalars(wanted) if each.arguments == mine), None)


def _texts(seat: Organisation, round_: Round, actor: Actor) -> object:
    texts = {name: request.form.get(name, "") for name in TEXTS if name in request.form}
    return draft_report(organisation=seat, round_=round_, texts=texts, actor=actor)


def _freeze(seat: Organisation, round_: Round, actor: Actor) -> object:
    making = next((each for each in queries.reports_of(seat.id, round_.id) if each.state in MAKING), None)
    if making is None or making.state == "stale":
        making = draft_report(organisation=seat, round_=round_, texts={}, actor=actor)
    common = request.form.get("common_reason", "").strip()
    waiting = queries.still_open(making, without=queries.ready_for(making))
    reasons = {case.number: request.form.get(f"reason-{case.number}", "").strip() or common for case in waiting}
    return freeze_report(making, open_reasons=reasons, actor=actor, settings=settings())


def _plan(seat: Organisation, round_: Round, actor: Actor) -> object:
    parts = {name: request.form.get(name, "") for name in ("method", "recording", "rectification", "responsible")}
    return issue_plan(organisation=seat, round_=round_, actor=actor, **parts)


def _answer(seat: Organisation, round_: Round, actor: Actor) -> object:
    parts = {name: request.form.get(name, "") for name in ("clause", "method", "examined", "finding", "responsible")}
    return answer_checklist(organisation=seat, round_=round_, actor=actor, **parts)


def _measure(seat: Organisation, round_: Round, actor: Actor) -> object:
    parts = {name: request.form.get(name, "") for name in ("goal", "measure", "responsible")}
    return add_measure(organisation=seat, round_=round_, due_on=day_of("due_on"), actor=actor, **parts)


CHANGES: dict[str, tuple[str, Callable[[Organisation, Round, Actor], object]]] = {
    "plan": (N_("自查通知（方案）已印发新的一版。"), _plan),
    "answer": (N_("自查内容已保存。"), _answer),
    "measure": (N_("整改措施已列入。"), _measure),
    "measure-done": (
        N_("已登记完成日期。"),
        lambda _seat, _round, actor: finish_measure_line(
            queries.get_measure(request.form.get("ref", ""), actor), done_on=day_of("done_on"), actor=actor
        ),
    ),
    "measure-drop": (
        N_("已从清单中去掉这条措施。"),
        lambda _seat, _round, actor: drop_measure(queries.get_measure(request.form.get("ref", ""), actor), actor=actor),
    ),
    "texts": (N_("报告文字已保存。"), _texts),
    "freeze": (N_("报告内容已固定，已通知签字人。"), _freeze),
}
PLACE = {"answer": "checklist", "measure": "measures", "measure-done": "measures", "measure-drop": "measures"}
