"""Screening from the page: start a run, watch it, see what it found, leave rules out with a reason, open the cases."""

from collections import Counter

from flask import Response, current_app, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Invalid, NotFound
from casework.operations.homes import plan
from casework.operations.open_cases import Opened, open_cases
from casework.operations.permit import answered_as, permit
from casework.operations.promise_screening import promise_screening
from casework.operations.stop_promise import STOPPABLE, stop_promise
from casework.people.models import Organisation
from casework.people.queries import get_organisation
from casework.promises import Promise
from casework.screening.models import Run
from casework.screening.rules import RULES
from casework.web import shell
from casework.web.imports import STEPS
from casework.web.needs import need_words
from casework.web.pages import Trouble, attempt, page, submitted

SAYS = {
    "C": N_("事实互相矛盾：立案核实"),
    "V": N_("可疑信号和统计异常：列入核查，不等于虚假"),
    "S": N_("只作佐证：单独不立案"),
}
FURTHER = (
    ("web.rules", N_("筛查规则和参数"), ("screening:run",)),
    ("web.precision", N_("各规则的属实情况"), ("screening:run",)),
    ("web.funnel", N_("漏斗图"), ("funnel:read",)),
    ("web.employers", N_("用人单位认定"), ("employer:decide",)),
    ("web.samples", N_("抽样核查"), ("sample:draw", "overdue:read")),
)


@signed_in
def start() -> Response:
    """Promise a screening of one organisation's round and show its progress."""
    refs: list[str] = []
    answer = submitted(
        lambda: refs.append(_promise_run()),
        done=gettext("筛查已开始，可以离开本页。"),
        to=url_for("web.imports"),
        again=_not_started,
    )
    if refs:
        answer.headers["Location"] = url_for("web.screening", ref=refs[-1])
    return answer


@signed_in
def stop(ref: str) -> Response:
    """Ask a screening or a back-test to stop, and show what became of it."""
    found = db.session.scalars(select(Promise).where(Promise.ref == ref, Promise.name.in_(STOPPABLE))).one_or_none()
    if found is None:
        raise _absent()
    promise_id = found.id
    where = url_for("web.screening" if found.name == "screen" else "web.rules_tried", ref=ref)
    return submitted(
        lambda: stop_promise(db.session.get_one(Promise, promise_id), actor=current_actor()),
        done=gettext("已要求停止，当前一条规则运行完后即停止。"),
        to=where,
        again=lambda trouble: _said_at(where, trouble),
    )


@signed_in
def watch(ref: str) -> Response:
    """Show how far a promised run is; when it is done, lead to what it found."""
    found = db.session.scalars(select(Promise).filter_by(ref=ref, name="screen")).one_or_none()
    if found is None:
        raise _absent()
    _permit(found.arguments["organisation"])
    if found.done_at and found.result and found.result.get("run"):
        where = url_for("web.run", ref=found.result["run"])
        if request.headers.get("HX-Request"):
            return Response(status=200, headers={"HX-Redirect": where})
        return redirect(where, 303)  # type: ignore[return-value]
    fragment = request.headers.get("HX-Request")
    answer = page("screening/_progress.html" if fragment else "screening/page.html", promise=found, steps=STEPS, step=5)
    if fragment and found.failed_at:
        answer.headers["HX-Refresh"] = "true"
    return answer


@signed_in
def run(ref: str) -> Response:
    """Show what a run found by rule, and which cases would be opened; open them on a POST."""
    found = _run(ref)
    if request.method == "GET":
        return _run_page(found, None)
    left_out, reason = request.form.getlist("without"), request.form.get("reason", "").strip()
    outcome = attempt(lambda: _open(ref, left_out, reason))
    if isinstance(outcome, Trouble):
        return _run_page(_run(ref), outcome)
    return page("screening/opened.html", outcome=outcome, run=_run(ref), steps=STEPS, step=5)


def _not_started(trouble: Trouble) -> Response:
    return _said_at(url_for("web.imports"), trouble)


def _said_at(where: str, trouble: Trouble) -> Response:
    flash(trouble.sentence)
    return redirect(where, 303)  # type: ignore[return-value]


def _promise_run() -> str:
    organisation, round_ = get_organisation(request.form.get("organisation", "")), shell.current_round()
    if round_ is None:
        raise Invalid(N_("还没有开启任何轮次，不能筛查。"))
    return promise_screening(organisation=organisation, round_=round_, actor=current_actor()).ref


def _open(ref: str, left_out: list[str], reason: str) -> Opened:
    return open_cases(_run(ref), actor=current_actor(), without_rules=left_out, reason=reason)


def _run_page(found: Run, trouble: Trouble | None) -> Response:
    planned = plan(found)
    return page(
        "screening/run.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        run=found,
        planned=planned,
        groups=_groups(found),
        need_words=need_words,
        further=_further(),
        kinds=Counter(matter.kind for matter in planned.opening),
        steps=STEPS,
        step=5,
    )


def _groups(found: Run) -> list[tuple[str, list[tuple[str, dict]]]]:
    """Return the rules of a run by what a hit of theirs says; a rule that is no longer known only supports."""
    outputs = {rule.code: rule.output for rule in RULES}
    return [
        (label, rows)
        for output, label in SAYS.items()
        if (rows := [(code, about) for code, about in found.rules.items() if outputs.get(code, "S") == output])
    ]


def _further() -> list[tuple[str, str]]:
    """Return the pages beside this one that are there and that this person may open."""
    return [
        (url_for(endpoint), label)
        for endpoint, label, actions in FURTHER
        if endpoint in current_app.view_functions and shell.may(current_actor(), *actions)
    ]


def _run(ref: str) -> Run:
    found = db.session.scalars(select(Run).filter_by(ref=ref)).one_or_none()
    if found is None:
        raise _absent()
    _permit(found.organisation_id)
    return found


def _permit(organisation_id: int) -> None:
    with answered_as(_absent()):
        permit(current_actor(), "screening:run", organisation=db.session.get_one(Organisation, organisation_id))


def _absent() -> NotFound:
    return NotFound(N_("没有找到这次筛查，或不在您的权限范围内。"))
