"""Forms of a case: each action has a page of its own that asks, and a post that calls one operation.

A form of a versioned action carries the version of the case that it was shown
for. When somebody was faster, nothing is saved and a panel shows what the case
says now beside what was sent; sending it again is then a decision.
"""

from flask import Response, request, url_for
from flask_babel import gettext

from casework.cases.conflicts import ties_of
from casework.cases.facts import facts_of
from casework.cases.models import Case
from casework.cases.queries import get_case, open_load
from casework.cases.registered import CORRECTABLE, registered_value
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, NotFound, Stale
from casework.operations.advance import advance
from casework.operations.permit import refusal_for_case
from casework.operations.small_steps import unmask
from casework.operations.take_over import seats_above
from casework.overview import case_sheet, staff
from casework.rounds import queries as rounds
from casework.rounds.models import CodeEntry
from casework.rounds.settings import consequences
from casework.web import words
from casework.web.case_deeds import OWN, PARTS, record_of
from casework.web.case_page import FIELD_LABELS
from casework.web.case_verbs import VERBS, Verb
from casework.web.pages import Trouble, attempt, page, submitted
from casework.web.wording import moment, said
from workflows.access import Actor
from workflows.case import conclusion_choices
from workflows.ties import words_of

CORRECTED = {
    "correction_employer": N_("本人更正：单位"),
    "correction_job": N_("本人更正：岗位"),
    "correction_time": N_("本人更正：时间"),
    "correction_destination": N_("本人更正：去向类型"),
    "correction_other": N_("本人更正：其他"),
}
"""The graduate's own words about what the register should say, as `unmask` names them."""
MEASURES = 5
LOOK_REASONS = (N_("电话核查需要联系本人"), N_("与材料原件核对身份"), N_("向用人单位核实"))


@signed_in
def act(number: str, verb: str) -> Response:
    """Ask for what an action needs, or do it."""
    actor = current_actor()
    if verb not in VERBS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    asked = VERBS[verb]
    case = get_case(number, actor)
    refusal = refusal_for_case(actor, asked.action, case)
    if refusal is not None:
        raise Forbidden(refusal.message, params=refusal.params)
    if request.method == "GET":
        return _form(number, asked, actor, None)
    return submitted(
        lambda: _do(asked, _fresh(number, asked, actor), actor),
        done=gettext("已办理：%(what)s。", what=said(asked.label)),
        to=url_for("web.case", number=number),
        again=lambda trouble: _form(number, asked, actor, trouble),
    )


@signed_in
def part(number: str, what: str, ref: str) -> Response:
    """Do something with a part of a case: withdraw evidence or a correction, decide a hold, finish a measure."""
    actor = current_actor()
    case = get_case(number, actor)
    if what not in PARTS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    label, change = PARTS[what]
    if request.method == "GET":
        return page("case/part.html", case=case, what=what, ref=ref, label=label, trouble=None)
    return submitted(
        lambda: change(get_case(number, actor, lock=True), ref, actor),
        done=gettext("已办理：%(what)s。", what=said(label)),
        to=url_for("web.case", number=number),
        again=lambda trouble: page(
            "case/part.html", status=trouble.status, case=get_case(number, actor), what=what, ref=ref, label=label,
            trouble=trouble,
        ),
    )  # fmt: skip


@signed_in
def look(number: str, ref: str) -> Response:
    """Show one graduate's full identity, after a reason was given; the look is journalled."""
    actor = current_actor()
    case = get_case(number, actor)
    refusal = refusal_for_case(actor, "person:unmask", case)
    if refusal is not None:
        raise Forbidden(refusal.message, params=refusal.params)
    outcome: Trouble | dict[str, str] | None = None
    if request.method == "POST":
        outcome = attempt(
            lambda: unmask(case, record=record_of(case, ref), actor=actor, reason=request.form.get("reason", ""))
        )
    trouble = outcome if isinstance(outcome, Trouble) else None
    return page(
        "case/look.html",
        status=trouble.status if trouble else 200,
        case=get_case(number, actor),
        ref=ref,
        shown=outcome if isinstance(outcome, dict) else None,
        trouble=trouble,
        reasons=LOOK_REASONS,
        labels={**FIELD_LABELS, "statement": N_("本人说明"), **CORRECTED},
    )


def _fresh(number: str, verb: Verb, actor: Actor) -> Case:
    """Return the locked case; raise `Stale` with what it says now when the form was shown for an older version."""
    case = get_case(number, actor, lock=True)
    sent = request.form.get("version", "")
    if verb.versioned and sent != str(case.version):
        last = case.moves[-1] if case.moves else None
        now = {
            N_("阶段"): said(words.settled_label(case.state, case.conclusion)),
            N_("经办人"): case.owner.name if case.owner else gettext("未派发"),
            N_("风险等级"): said(words.SEVERITIES[case.severity]),
            N_("期限"): moment(case.due_at),
            N_("最近一步"): said(words.MOVES.get(last.action, (last.action,))[0]) if last else "—",
            N_(
                "由谁、何时"
            ): f"{last.by.name if last and last.by else gettext('系统')} {moment(last.at) if last else ''}",
        }
        raise Stale(N_("您填写期间，这个案件已被改动，没有保存。请对照后决定是否仍要提交。"), current=now)
    return case


def _form(number: str, verb: Verb, actor: Actor, trouble: Trouble | None) -> Response:
    case = get_case(number, actor)
    return page(
        "case/action.html",
        status=trouble.status if trouble else 200,
        case=case,
        verb=verb,
        trouble=trouble,
        given=request.form,
        **_options(case, verb, actor),
    )


def _options(case: Case, verb: Verb, actor: Actor) -> dict[str, object]:  # noqa: PLR0911 - a line for each form
    """Return what the form of one action offers to choose from."""
    if verb.code == "conclude":
        return {
            "conclusions": conclusion_choices(facts_of(case), actor=actor),
            "violations": rounds.table(case.round_id, "violation"),
            "consequences": _consequences(case),
        }
    if verb.code == "assign":
        people = staff.who_can_work(case)
        load = open_load([each.id for each in people], without=actor.bodies)
        return {"people": people, "load": load, "ties": ties_of(case), "words_of": words_of}
    if verb.code == "correct":
        return {
            "fields": [(name, said(FIELD_LABELS.get(name, name))) for name in CORRECTABLE],
            "now_registered": {
                row.record.ref: {name: registered_value(row.record, name) for name in CORRECTABLE}
                for row in case.records
            },
        }
    if verb.code == "take_over":
        return {
            "people": staff.who_work_in([body.id for body in seats_above(actor)]),
            "ties": ties_of(case),
            "words_of": words_of,
        }
    if verb.code == "consequence":
        return {"consequences": _consequences(case)}
    if verb.code == "rectify":
        return {"rows": (case.plan.measures if case.plan else []) + [{}] * MEASURES}
    if verb.code == "merge":
        return {"others": case_sheet.beside(case, actor)}
    return {}


def _consequences(case: Case) -> dict[str, CodeEntry]:
    """Return what a violation may lead to in the case's round: no rule of another province."""
    names = rounds.table(case.round_id, "consequence")
    return {code: names[code] for code in consequences(case.round) if code in names}


def _do(verb: Verb, case: Case, actor: Actor) -> object:
    form = request.form
    if verb.code in OWN:
        return OWN[verb.code](case, actor)
    reason = form.get("reason", "")
    survivor = get_case(form.get("survivor", "").strip().upper(), actor) if verb.code == "merge" else None
    return advance(
        case,
        verb.code,
        actor=actor,
        reason=reason,
        conclusion=form.get("conclusion") or None,
        note=form.get("note", ""),
        violation=form.get("violation") or None,
        consequence=form.get("consequence") or None,
        survivor=survivor,
    )
