"""Administration of rounds: their dates, their settings, and a new round as a copy of an earlier one.

Changing a date, a limit or the ladder moves deadlines of open cases and what is
said about them. So it is shown first what would move and be said, by the same
computation that saving makes.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as Answer

from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid
from casework.operations.change_dates import DatesChanged, change_dates, change_own_date
from casework.operations.change_settings import SettingsChanged, change_settings
from casework.operations.open_round import copy_round
from casework.operations.permit_round import governs
from casework.operations.promise_look import DATES, OWN_DATE, SETTINGS, promise_look, too_much
from casework.operations.reprojection import Reprojection
from casework.people.models import Organisation
from casework.promises import Promise
from casework.rounds.models import CodeEntry, Round
from casework.rounds.queries import get_round, table
from casework.rounds.settings import LOCAL_CONSEQUENCES
from casework.web import reprojections, shell, words
from casework.web.case_deeds import day_of
from casework.web.pages import Trouble, attempt, page, required, submitted
from casework.web.round_choices import choices
from casework.web.round_form import decoded, sent_settings
from workflows.access import Actor, scope_of

SAVE, FILE = "save", "csv"
"""What a form asks for besides a look: to make the change, or everything that it would move as a file."""

Changed = DatesChanged | SettingsChanged


@signed_in
def rounds() -> Response:
    """Show every round, the newest first."""
    _administrator()
    wanted = select(Round).options(selectinload(Round.dates)).order_by(Round.cohort.desc(), Round.id.desc())
    return page("admin/rounds.html", rounds=db.session.scalars(wanted).all())


@signed_in
def show(code: str) -> Response:
    """Show one round: its dates and everything that it sets."""
    return _round_page(code, _administrator())


@signed_in
def dates(code: str) -> Answer:
    """Ask for new dates, show what would move, or save them."""
    actor = _administrator()
    own = request.values.get("own", "")
    if request.method == "GET":
        return _dates_page(code, actor, own)

    def change(*, dry_run: bool = False) -> DatesChanged:
        round_, reason = get_round(code), request.form.get("reason", "")
        if own:
            on = day_of("on") if request.form.get("on") else None
            seat = _seat(own, actor)
            return change_own_date(round_, organisation=seat, on=on, reason=reason, actor=actor, dry_run=dry_run)
        given = {row.level: day_of(f"on_{row.level}") for row in _national(round_)}
        return change_dates(round_, dates=given, reason=reason, actor=actor, dry_run=dry_run)

    def promised() -> Promise:
        round_ = get_round(code)
        if own:
            on = day_of("on").isoformat() if request.form.get("on") else ""
            given: dict[str, Any] = {"organisation": _seat(own, actor).code, "on": on}
            return promise_look(round_, what=OWN_DATE, given=given, actor=actor)
        on_levels = {row.level: day_of(f"on_{row.level}").isoformat() for row in _national(round_)}
        return promise_look(round_, what=DATES, given={"dates": on_levels}, actor=actor)

    def again(trouble: Trouble | None, preview: DatesChanged | None = None) -> Response:
        return _dates_page(code, actor, own, trouble=trouble, preview=preview)

    if request.form.get("step") == SAVE:
        return _made(code, change, again, done=gettext("期限已更改，未办结案件的期限已重新计算，变动写入日志。"))
    return _looked_at(code, lambda: change(dry_run=True), promised, again)


@signed_in
def settings(code: str) -> Answer:
    """Ask for the settings of a round in fields, show what would move, or save them."""
    actor = _administrator()
    if request.method == "GET":
        return _settings_page(code, actor, get_round(code).settings, None)
    sent = sent_settings(get_round(code).settings)
    version = whole_number(request.form.get("version", "")) or 0

    def change(*, dry_run: bool = False) -> SettingsChanged:
        return change_settings(
            get_round(code),
            settings=decoded(sent),
            version=version,
            reason=request.form.get("reason", ""),
            actor=actor,
            dry_run=dry_run,
        )

    def promised() -> Promise:
        given = {"settings": decoded(sent), "version": version, "form": reprojections.fields_again()}
        return promise_look(get_round(code), what=SETTINGS, given=given, actor=actor)

    def again(trouble: Trouble | None, preview: SettingsChanged | None = None) -> Response:
        return _settings_page(code, actor, sent, trouble, preview)

    if request.form.get("step") == SAVE:
        return _made(code, change, again, done=gettext("设置已更改，未办结案件的期限已重新计算。"))
    return _looked_at(code, lambda: change(dry_run=True), promised, again)


@signed_in
def copy(code: str) -> Answer:
    """Ask for the dates of a new round, or open it as a copy of this one."""
    actor = _administrator()
    if request.method == "GET":
        return _copy_page(code, None)

    def opening() -> Round:
        given = required({"code": N_("轮次代码"), "name": N_("名称"), "cohort": N_("届别")})
        if not re.fullmatch("[0-9]{4}", given["cohort"]):
            raise Invalid(N_("届别是四位年份，没有保存。"), fields={"cohort": N_("请填四位年份，如2025。")})
        source = get_round(code)
        fresh = {row.level: day_of(f"on_{row.level}") for row in _national(source)}
        return copy_round(
            source, code=given["code"], name=given["name"], cohort=int(given["cohort"]), dates=fresh, actor=actor
        )

    return submitted(
        opening,
        done=gettext("新轮次已建立，代码表和设置与原轮次相同。"),
        to=url_for("web.admin_rounds"),
        again=lambda trouble: _copy_page(code, trouble),
    )


def _looked_at(
    code: str, look: Callable[[], Changed], promised: Callable[[], Promise], again: Callable[..., Response]
) -> Answer:
    """Show what a change would move, hand it out as a file, or lead to the job that finds it out."""
    if too_much(get_round(code)):
        job = attempt(promised)
        return again(job) if isinstance(job, Trouble) else redirect(_moves(code, job.ref), 303)
    outcome = attempt(look)
    if isinstance(outcome, Trouble):
        return again(outcome)
    if request.form.get("step") == FILE and outcome.plan is not None:
        return reprojections.moves_file(outcome.plan, code)
    return again(None, outcome)


def _made(code: str, change: Callable[[], Changed], again: Callable[..., Response], *, done: str) -> Answer:
    """Make a change; go on to the round, or to the job that is computing it."""
    outcome = attempt(change)
    if isinstance(outcome, Trouble):
        return again(outcome)
    flash(done if not outcome.job else gettext("已保存。本轮次的案件很多，期限正在后台分批重新计算。"))
    return redirect(_moves(code, outcome.job) if outcome.job else url_for("web.admin_round", code=code), 303)


def _moves(code: str, ref: str) -> str:
    return url_for("web.admin_moves", code=code, ref=ref)


def _administrator() -> Actor:
    actor = current_actor()
    if not shell.may(actor, "round:settings"):
        raise Forbidden(N_("只有系统管理员可以更改设置。"))
    return actor


def _seats(actor: Actor) -> list[Organisation]:
    ids = [scope.organisation_id for scope in scope_of(actor, "round:settings")]
    return list(db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)))


def _seat(code: str, actor: Actor) -> Organisation:
    found = next((each for each in _seats(actor) if each.code == code), None)
    if found is None:
        raise Invalid(N_("请选择您管理的机构。"), fields={"own": N_("请选择。")})
    return found


def _national(round_: Round) -> list:  # type: ignore[type-arg]
    return [row for row in round_.dates if row.organisation_id is None]


def _common(code: str, actor: Actor) -> dict[str, Any]:
    round_ = get_round(code)
    names = {each.id: each for each in _seats(actor)}
    return {
        "round": round_,
        "national": _national(round_),
        "own_dates": [(names[row.organisation_id], row) for row in round_.dates if row.organisation_id in names],
        "seats": [each for each in names.values() if each.kind in {row.level for row in _national(round_)}],
        "governs": governs(actor, round_),
    }


def _round_page(code: str, actor: Actor) -> Response:
    return page("admin/round.html", **_common(code, actor), **choices())


def _dates_page(
    code: str, actor: Actor, own: str, *, trouble: Trouble | None = None, preview: DatesChanged | None = None
) -> Response:
    seen: Reprojection | None = preview.plan if preview else None
    return page(
        "admin/dates.html",
        status=trouble.status if trouble else 200,
        own=own,
        trouble=trouble,
        preview=preview,
        fields=reprojections.fields_again(),
        given=request.form,
        **reprojections.plan_context(seen),
        levels=words.ORGANISATIONS,
        seat=_seat(own, actor) if own else None,
        **_common(code, actor),
    )


def _settings_page(
    code: str,
    actor: Actor,
    shown: Mapping[str, object],
    trouble: Trouble | None,
    preview: SettingsChanged | None = None,
) -> Response:
    screening = shown.get("screening", {})
    return page(
        "admin/settings.html",
        local_rules=_local_rules(get_round(code)),
        status=trouble.status if trouble else 200,
        shown=shown,
        screening=screening if isinstance(screening, str) else json.dumps(screening, ensure_ascii=False, indent=2),
        trouble=trouble,
        preview=preview,
        fields=reprojections.fields_again(),
        given=request.form,
        **reprojections.plan_context(preview.plan if preview else None),
        **_common(code, actor),
        **choices(),
    )


def _local_rules(round_: Round) -> dict[str, CodeEntry]:
    named = table(round_.id, "consequence")
    return {code: named[code] for code in LOCAL_CONSEQUENCES if code in named}


def _copy_page(code: str, trouble: Trouble | None) -> Response:
    national = _national(round_ := get_round(code))
    return page(
        "admin/copy.html",
        status=trouble.status if trouble else 200,
        round=round_,
        national=national,
        later={row.level: _a_year_later(row.on) for row in national},
        trouble=trouble,
        given=request.form,
    )


def _a_year_later(on: date) -> str:
    try:
        return on.replace(year=on.year + 1).isoformat()
    except ValueError:  # 29 February
        return on.replace(year=on.year + 1, day=28).isoformat()
