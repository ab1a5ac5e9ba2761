"""Forms of a case: each action has a page of its own that asks, and a post that calls one operation.

A form of a versioned action carries the version of the case that it was shown
for. When somebody was faster, nothing is saved and a panel shows what the case
says now beside what was sent; sending it again is then a decision.
"""

from collections.abc import Callable, Sequence
from datetime import date

from flask import Response, request, url_for
from flask_babel import gettext

from casework.cases.facts import conflicted_ids, facts_of
from casework.cases.models import Case, CaseRecord, Correction, Evidence, Hold
from casework.cases.queries import get_case
from casework.cases.registered import CORRECTABLE, registered_value
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, CaseworkError, Forbidden, Invalid, NotFound, Stale
from casework.intake.models import Record
from casework.operations import holds
from casework.operations.add_evidence import add_evidence, withdraw_evidence
from casework.operations.advance import advance
from casework.operations.assign import assign, open_load
from casework.operations.log_verification import log_verification
from casework.operations.permit import refusal_for_case
from casework.operations.propose_correction import complete_correction, propose_correction, withdraw_correction
from casework.operations.rectification import finish_measure, write_rectification
from casework.operations.small_steps import add_note, agree_unverifiable, change_severity, unmask
from casework.overview import case_sheet, staff
from casework.people.models import Person
from casework.people.queries import get_person
from casework.rounds import queries as rounds
from casework.web import words
from casework.web.case_page import FIELD_LABELS
from casework.web.case_verbs import VERBS, Verb
from casework.web.pages import Trouble, attempt, page, settings, submitted
from casework.web.wording import moment, said
from workflows.access import Actor
from workflows.case import conclusion_choices

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
            lambda: unmask(case, record=_record(case, ref), actor=actor, reason=request.form.get("reason", ""))
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
        labels=FIELD_LABELS,
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


def _options(case: Case, verb: Verb, actor: Actor) -> dict[str, object]:
    """Return what the form of one action offers to choose from."""
    if verb.code == "conclude":
        return {
            "conclusions": conclusion_choices(facts_of(case), actor=actor),
            "violations": rounds.table(case.round_id, "violation"),
            "consequences": rounds.table(case.round_id, "consequence"),
        }
    if verb.code == "assign":
        people = staff.who_can_work(case)
        return {"people": people, "load": open_load([each.id for each in people]), "conflicted": conflicted_ids(case)}
    if verb.code == "correct":
        return {
            "fields": [(name, said(FIELD_LABELS.get(name, name))) for name in CORRECTABLE],
            "now_registered": {
                row.record.ref: {name: registered_value(row.record, name) for name in CORRECTABLE}
                for row in case.records
            },
        }
    if verb.code == "rectify":
        return {"rows": (case.plan.measures if case.plan else []) + [{}] * MEASURES}
    if verb.code == "merge":
        return {"others": case_sheet.beside(case, actor)}
    return {}


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


def _verify(case: Case, actor: Actor) -> object:
    form = request.form
    return log_verification(
        case,
        method=form.get("method", ""),
        evidence_class=form.get("evidence_class", ""),
        result=form.get("result", ""),
        supplied_by=form.get("supplied_by", ""),
        note=form.get("note", ""),
        record=_record(case, form["record"]) if form.get("record") else None,
        actor=actor,
    )


def _evidence(case: Case, actor: Actor) -> object:
    files = [each for each in request.files.getlist("files") if each.filename]
    if not files:
        raise Invalid(N_("没有选择文件，没有保存。"), fields={"files": N_("请至少选择一个文件。")})
    for each in files:
        add_evidence(
            case,
            name=each.filename or "",
            content=each.read(),
            evidence_class=request.form.get("evidence_class", ""),
            supplied_by=request.form.get("supplied_by", ""),
            record=_record(case, request.form["record"]) if request.form.get("record") else None,
            actor=actor,
            settings=settings(),
        )
    return None


def _correct(case: Case, actor: Actor) -> object:
    form = request.form
    return propose_correction(
        case,
        record=_record(case, form.get("record", "")),
        field=form.get("field", ""),
        new=form.get("new", ""),
        evidence=_evidence_of(case, form["evidence"]) if form.get("evidence") else None,
        upstream_reference=form.get("upstream_reference", ""),
        actor=actor,
    )


def _rectify(case: Case, actor: Actor) -> object:
    form = request.form
    texts, persons, days = (form.getlist(name) for name in ("measure", "measure_by", "measure_due"))
    done_on = {at: row.get("done_on") for at, row in enumerate(case.plan.measures if case.plan else [])}
    rows = [
        {"text": text, "responsible": by, "due_on": due, "done_on": done_on.get(at)}
        for at, (text, by, due) in enumerate(zip(texts, persons, days, strict=False))
        if text.strip()
    ]
    return write_rectification(
        case,
        goal=form.get("goal", ""),
        responsible=form.get("responsible", ""),
        due_on=day_of("due_on"),
        measures=rows,
        actor=actor,
    )


def _hold(case: Case, actor: Actor) -> object:
    return holds.ask_hold(case, reason=request.form.get("reason", ""), until_on=day_of("until_on"), actor=actor)


def _assign(case: Case, actor: Actor) -> object:
    return assign(case, to=chosen_person("to"), actor=actor, reason=request.form.get("reason", ""))


OWN: dict[str, Callable[[Case, Actor], object]] = {
    "verify": _verify,
    "evidence": _evidence,
    "correct": _correct,
    "rectify": _rectify,
    "hold": _hold,
    "assign": _assign,
    "note": lambda case, actor: add_note(case, words=request.form.get("words", ""), actor=actor),
    "agree": lambda case, actor: agree_unverifiable(case, actor=actor, reason=request.form.get("reason", "")),
    "severity": lambda case, actor: change_severity(
        case, severity=request.form.get("severity", ""), actor=actor, reason=request.form.get("reason", "")
    ),
}


def _reason() -> str:
    return request.form.get("reason", "")


def _hold_of(case: Case, ref: str) -> Hold:
    return _one([row for row in case.holds if row.ref == ref])


def _correction_of(case: Case, ref: str) -> Correction:
    return _one([row for row in case.corrections if row.ref == ref])


def _evidence_of(case: Case, ref: str) -> Evidence:
    return _one([row for row in case.evidence if row.ref == ref])


def _decide(case: Case, ref: str, actor: Actor, *, approve: bool) -> object:
    return holds.decide_hold(case, _hold_of(case, ref), approve=approve, actor=actor, reason=_reason())


PARTS: dict[str, tuple[str, Callable[[Case, str, Actor], object]]] = {
    "withdraw-evidence": (
        N_("撤回材料"),
        lambda case, ref, actor: withdraw_evidence(case, _evidence_of(case, ref), actor=actor, reason=_reason()),
    ),
    "withdraw-correction": (
        N_("撤回更正"),
        lambda case, ref, actor: withdraw_correction(case, _correction_of(case, ref), actor=actor, reason=_reason()),
    ),
    "complete-correction": (
        N_("补充更正的依据"),
        lambda case, ref, actor: complete_correction(
            case,
            _correction_of(case, ref),
            actor=actor,
            evidence=_evidence_of(case, request.form["evidence"]) if request.form.get("evidence") else None,
            upstream_reference=request.form.get("upstream_reference", ""),
        ),
    ),
    "approve-hold": (N_("批准暂停"), lambda case, ref, actor: _decide(case, ref, actor, approve=True)),
    "refuse-hold": (N_("不批准暂停"), lambda case, ref, actor: _decide(case, ref, actor, approve=False)),
    "end-hold": (
        N_("恢复计时"),
        lambda case, ref, actor: holds.end_hold(case, _hold_of(case, ref), actor=actor),
    ),
    "finish-measure": (
        N_("完成整改措施"),
        lambda case, ref, actor: finish_measure(case, int(ref), done_on=day_of("done_on"), actor=actor),
    ),
}


def day_of(name: str) -> date:
    """Return a date field of the form; raise `Invalid` when it holds no date."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid(N_("日期没有填写或格式有误，没有保存。"), fields={name: N_("请填写日期。")}) from None


def chosen_person(name: str) -> Person:
    """Return the person chosen in the form."""
    if not request.form.get(name):
        raise Invalid(N_("请选择一位人员。"), fields={name: N_("请选择。")})
    try:
        return get_person(request.form[name])
    except CaseworkError:
        raise Invalid(N_("请选择一位人员。"), fields={name: N_("请从列表中选择。")}) from None


def _record(case: Case, ref: str) -> Record:
    return _one([row.record for row in _rows(case) if row.record.ref == ref])


def _rows(case: Case) -> Sequence[CaseRecord]:
    return case.records


def _one(found: Sequence) -> object:  # type: ignore[type-arg]
    if not found:
        raise NotFound(N_("没有找到，或不在您的权限范围内。"))
    return found[0]
