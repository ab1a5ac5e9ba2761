"""What each form of a case asks for and which operation it becomes; the pages around them are `case_actions.py`."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from flask import request

from casework.cases.models import Case, CaseRecord, Correction, Evidence, Hold
from casework.cases.queries import consequences_of
from casework.doors.arriving import is_of_our_time, whole_number
from casework.errors import N_, CaseworkError, Invalid, NotFound
from casework.intake.models import Record
from casework.operations import holds
from casework.operations.add_evidence import add_evidence, withdraw_evidence
from casework.operations.assign import assign
from casework.operations.log_verification import log_verification
from casework.operations.propose_correction import complete_correction, propose_correction, withdraw_correction
from casework.operations.record_consequence import record_consequence, withdraw_consequence
from casework.operations.rectification import finish_measure, write_rectification
from casework.operations.refer_above import refer_above
from casework.operations.return_below import return_below
from casework.operations.small_steps import add_note, agree_unverifiable, change_severity
from casework.operations.take_over import take_over
from casework.people.models import Person
from casework.people.queries import get_person
from casework.web.pages import settings
from workflows.access import Actor

T = TypeVar("T")


def _verify(case: Case, actor: Actor) -> object:
    form = request.form
    return log_verification(
        case,
        method=form.get("method", ""),
        evidence_class=form.get("evidence_class", ""),
        result=form.get("result", ""),
        supplied_by=form.get("supplied_by", ""),
        note=form.get("note", ""),
        record=record_of(case, form["record"]) if form.get("record") else None,
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
            record=record_of(case, request.form["record"]) if request.form.get("record") else None,
            actor=actor,
            settings=settings(),
        )
    return None


def _correct(case: Case, actor: Actor) -> object:
    form = request.form
    return propose_correction(
        case,
        record=record_of(case, form.get("record", "")),
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
    rows: list[dict[str, Any]] = [
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


def _assign(case: Case, actor: Actor) -> None:
    assign(case, to=chosen_person("to"), actor=actor, reason=request.form.get("reason", ""))


def _take_over(case: Case, actor: Actor) -> object:
    to = chosen_person("to") if request.form.get("to") else None
    return take_over(case, reason=request.form.get("reason", ""), to=to, actor=actor)


def _return_below(case: Case, actor: Actor) -> object:
    return return_below(case, reason=request.form.get("reason", ""), actor=actor)


def _consequence(case: Case, actor: Actor) -> object:
    given = {name: request.form.get(name, "") for name in ("code", "decided_by", "document", "words")}
    return record_consequence(case, decided_on=day_of("decided_on"), actor=actor, **given)


OWN: dict[str, Callable[[Case, Actor], object]] = {
    "verify": _verify,
    "evidence": _evidence,
    "correct": _correct,
    "rectify": _rectify,
    "hold": _hold,
    "assign": _assign,
    "take_over": _take_over,
    "return_below": _return_below,
    "consequence": _consequence,
    "refer": lambda case, actor: refer_above(case, reason=request.form.get("reason", ""), actor=actor),
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


def _withdraw_consequence(case: Case, ref: str, actor: Actor) -> object:
    found = _one([row for row in consequences_of(case) if row.ref == ref])
    return withdraw_consequence(found, case, reason=_reason(), actor=actor)


def _place_of(ref: str) -> int:
    place = whole_number(ref)
    if place is None:
        raise NotFound(N_("没有找到，或不在您的权限范围内。"))
    return place


def _decide(case: Case, ref: str, actor: Actor, *, approve: bool) -> None:
    holds.decide_hold(case, _hold_of(case, ref), approve=approve, actor=actor, reason=_reason())


PARTS: dict[str, tuple[str, Callable[[Case, str, Actor], object]]] = {
    "withdraw-evidence": (
        N_("撤回材料"),
        lambda case, ref, actor: withdraw_evidence(case, _evidence_of(case, ref), actor=actor, reason=_reason()),
    ),
    "withdraw-correction": (
        N_("撤回更正"),
        lambda case, ref, actor: withdraw_correction(case, _correction_of(case, ref), actor=actor, reason=_reason()),
    ),
    "withdraw-consequence": (N_("撤销处理结果"), _withdraw_consequence),
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
        lambda case, ref, actor: finish_measure(case, _place_of(ref), done_on=day_of("done_on"), actor=actor),
    ),
}


def day_of(name: str) -> date:
    """Return a date field of the form; raise `Invalid` when it holds no date."""
    try:
        day = date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid(N_("日期没有填写或格式有误，没有保存。"), fields={name: N_("请填写日期。")}) from None
    if not is_of_our_time(day):
        raise Invalid(N_("日期的年份有误，没有保存。"), fields={name: N_("年份不在可以办理的范围内。")})
    return day


def chosen_person(name: str) -> Person:
    """Return the person chosen in the form."""
    if not request.form.get(name):
        raise Invalid(N_("请选择一位人员。"), fields={name: N_("请选择。")})
    try:
        return get_person(request.form[name])
    except CaseworkError:
        raise Invalid(N_("请选择一位人员。"), fields={name: N_("请从列表中选择。")}) from None


def record_of(case: Case, ref: str) -> Record:
    """Return the record of this case that a form names."""
    return _one([row.record for row in _rows(case) if row.record.ref == ref])


def _rows(case: Case) -> Sequence[CaseRecord]:
    return case.records


def _one(found: Sequence[T]) -> T:
    if not found:
        raise NotFound(N_("没有找到，或不在您的权限范围内。"))
    return found[0]
