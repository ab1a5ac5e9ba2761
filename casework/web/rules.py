"""Every screening rule on one page, and its settings: tried on the data before they are changed, version by version."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import exists, or_, select

from casework import clock
from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, NotFound
from casework.intake.models import Batch
from casework.operations.back_test import read_back_test
from casework.operations.change_screening_settings import change_screening_settings
from casework.operations.permit_round import governs
from casework.operations.promise_screening import promise_back_test
from casework.people.models import Organisation
from casework.people.queries import get_organisation
from casework.promises import Promise
from casework.rounds.models import Round
from casework.screening.models import Run
from casework.screening.rule import Rule, Setting, Value
from casework.screening.rules import RULES
from casework.screening.setting_names import SETTING_NAMES
from casework.screening.settings import Given, settings_of, versions_of
from casework.web import shell
from casework.web.case_deeds import day_of
from casework.web.needs import need_words
from casework.web.pages import Trouble, attempt, page, submitted
from workflows.access import Actor, scope_of

READERS = ("screening:run", "round:settings", "funnel:read")
LEVELS = {
    "record": N_("单条记录"),
    "employer": N_("用人单位"),
    "group": N_("关联单位"),
    "unit": N_("校、院、专业、班级"),
    "operator": N_("操作账号"),
}
OUTPUTS = {"C": N_("立案核实"), "V": N_("列入核查"), "S": N_("仅作佐证")}
STRENGTHS = {"s": N_("强"), "m": N_("中"), "w": N_("弱")}
_PLACE = re.compile(r"%\((\w+)\)[a-z]")
_BETWEEN = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class Shown:
    """A setting as the page shows it: its default, what holds now and what stands in the field."""

    setting: Setting
    default: str
    present: str
    field: str

    @property
    def changed(self) -> bool:
        """Say whether the round has chosen otherwise than the default."""
        return self.present != self.default


@signed_in
def rules() -> Response:
    """Show every rule; promise a back-test of other settings on a POST."""
    round_ = _reader_round()
    if request.method == "GET":
        return _rules_page(round_, None)
    _refuse_who_sets_nothing()
    refs: list[str] = []
    answer = submitted(
        lambda: refs.append(_promise(round_)),
        done=gettext("试算已开始，不改动任何数据。"),
        to=url_for("web.rules"),
        again=lambda trouble: _rules_page(round_, trouble),
    )
    if refs:
        answer.headers["Location"] = url_for("web.rules_tried", ref=refs[-1])
    return answer


@signed_in
def tried(ref: str) -> Response:
    """Show what a back-test found, and save the settings that it tried on a POST."""
    round_ = _reader_round()
    _refuse_who_sets_nothing()
    promised = _back_test(ref)
    if request.method == "GET":
        return _tried_page(promised, round_, None)
    outcome = attempt(lambda: _change(round_, promised))
    if isinstance(outcome, Trouble):
        return _tried_page(_back_test(ref), _reader_round(), outcome)
    flash(gettext("已保存为第%(n)s版参数，从生效之日起的筛查使用。", n=outcome))
    return redirect(url_for("web.rules"), 303)  # type: ignore[return-value]


def _rules_page(round_: Round, trouble: Trouble | None) -> Response:
    actor = current_actor()
    values, version = settings_of(round_, clock.today())
    run = _last_run(actor, round_)
    return page(
        "screening/rules.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        round=round_,
        rules=[(rule, _settings(rule, values)) for rule in RULES],
        names={rule.code: rule.name for rule in RULES},
        setting_names=SETTING_NAMES,
        version=version,
        versions=versions_of(round_),
        editable=governs(actor, round_),
        organisations=_with_data(actor, round_),
        run=run,
        levels=LEVELS,
        outputs=OUTPUTS,
        strengths=STRENGTHS,
        plainly=plainly,
        need_words=need_words,
    )


def _tried_page(promised: Promise, round_: Round, trouble: Trouble | None) -> Response:
    stored = (promised.result or {}).get("back_test")
    found = read_back_test(stored) if stored else None
    fragment = request.headers.get("HX-Request")
    if fragment and (found or promised.failed_at):
        return Response(status=200, headers={"HX-Redirect": url_for("web.rules_tried", ref=promised.ref)})
    return page(
        "screening/_progress.html" if fragment else "screening/tried.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        promise=promised,
        found=found,
        round=round_,
        stoppable=True,
        today=clock.today(),
        levels=LEVELS,
        need_words=need_words,
        setting_names=SETTING_NAMES,
        changes=_changes(settings_of(round_, clock.today())[0], found.values) if found else [],
    )


def _promise(round_: Round) -> str:
    organisation = get_organisation(request.form.get("organisation", ""))
    return promise_back_test(organisation=organisation, round_=round_, values=_sent(), actor=current_actor()).ref


def _change(round_: Round, promised: Promise) -> int:
    stored = (promised.result or {}).get("back_test")
    found = read_back_test(stored) if stored else None
    added = change_screening_settings(
        round_,
        values=found.values if found else {},
        effective_from=day_of("effective_from"),
        reason=request.form.get("reason", ""),
        back_test=found,
        actor=current_actor(),
    )
    return added.version


def _sent() -> Given:
    """Return every setting as the form says it; what a rule cannot take is named when it is read."""
    form = request.form
    return {
        rule.code: {
            setting.name: _read(form[name].strip(), setting)
            for setting in rule.settings
            if (name := f"{rule.code}.{setting.name}") in form
        }
        for rule in RULES
        if rule.settings
    }


def _read(text: str, setting: Setting) -> object:
    return [part for part in _BETWEEN.split(text) if part] if isinstance(setting.default, tuple) else text


def _settings(rule: Rule, values: Given) -> list[Shown]:
    present = rule.settle(values.get(rule.code, {}))
    return [
        Shown(
            setting,
            _written(setting.default),
            _written(present[setting.name]),
            request.form.get(f"{rule.code}.{setting.name}", _written(present[setting.name])),
        )
        for setting in rule.settings
    ]


def _changes(before: Given, after: Given) -> list[tuple[str, str, str, str]]:
    """Return rule, setting, value before and value after of everything that differs."""
    found = []
    for rule in RULES:
        old, new = rule.settle(before.get(rule.code, {})), rule.settle(after.get(rule.code, {}))
        found += [(rule.name, name, _written(old[name]), _written(new[name])) for name in old if old[name] != new[name]]
    return found


def _written(value: Value) -> str:
    return "、".join(value) if isinstance(value, tuple) else str(value)


def plainly(message: str) -> str:
    """Return a sentence of an explanation in the reader's language, with an ellipsis where facts go."""
    return _PLACE.sub("…", gettext(message)).replace("%%", "%")


def _reader_round() -> Round:
    actor, round_ = current_actor(), shell.current_round()
    if not shell.may(actor, *READERS):
        raise Forbidden(N_("您的角色不能查看筛查规则。"))
    if round_ is None:
        raise NotFound(N_("还没有开启任何轮次，没有筛查规则可看。"))
    return round_


def _refuse_who_sets_nothing() -> None:
    if not shell.may(current_actor(), "round:settings"):
        raise Forbidden(N_("试算筛查参数由系统管理员办理，您的角色不能试算。"))


def _back_test(ref: str) -> Promise:
    found = db.session.scalars(select(Promise).filter_by(ref=ref, name="back_test")).one_or_none()
    if found is not None and found.arguments["organisation"] in _within(current_actor(), "round:settings"):
        return found
    raise NotFound(N_("没有找到这次试算，或不在您的权限范围内。"))


def _last_run(actor: Actor, round_: Round) -> Run | None:
    ids = _within(actor, *READERS)
    wanted = select(Run).where(Run.round_id == round_.id, Run.organisation_id.in_(ids))
    return db.session.scalars(wanted.order_by(Run.id.desc()).limit(1)).first()


def _with_data(actor: Actor, round_: Round) -> Sequence[Organisation]:
    """Return where a back-test can be made: the actor's organisations that have imported registrations."""
    imported = exists().where(
        Batch.organisation_id == Organisation.id,
        Batch.round_id == round_.id,
        Batch.kind == "graduates",
        Batch.state == "written",
    )
    wanted = select(Organisation).where(Organisation.id.in_(_within(actor, "round:settings")), imported)
    return db.session.scalars(wanted.order_by(Organisation.code)).all()


def _within(actor: Actor, *actions: str) -> set[int]:
    seats = {scope.organisation_id for action in actions for scope in scope_of(actor, action)}
    paths = db.session.scalars(select(Organisation.path).where(Organisation.id.in_(seats))).all()
    if not paths:
        return set()
    below = or_(*(Organisation.path.startswith(path, autoescape=True) for path in paths))
    return set(db.session.scalars(select(Organisation.id).where(below)))
