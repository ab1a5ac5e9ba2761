"""Administration of rounds: their dates, their settings, and a new round as a copy of an earlier one.

Changing a date moves deadlines of open cases. So it is shown first what would
move: the change is really made, counted and given up again, which is why the
preview can never disagree with what saving does.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as Answer

from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid
from casework.operations.change_dates import DatesChanged, change_dates, change_own_date
from casework.operations.change_settings import change_settings
from casework.operations.open_round import copy_round
from casework.operations.permit_round import governs
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from casework.rounds.settings import LEVELS, SEVERITIES
from casework.web import shell, words
from casework.web.case_deeds import day_of
from casework.web.pages import Trouble, attempt, page, required, submitted
from casework.web.round_choices import STAGES, choices
from workflows.access import Actor, scope_of

LISTED = 20


class _OnlyLooking(Exception):  # noqa: N818 - no fault: it ends a unit of work so that nothing of it stays
    def __init__(self, changed: DatesChanged) -> None:
        self.changed = changed


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

    def change() -> DatesChanged:
        round_, reason = get_round(code), request.form.get("reason", "")
        if own:
            on = day_of("on") if request.form.get("on") else None
            return change_own_date(round_, organisation=_seat(own, actor), on=on, reason=reason, actor=actor)
        given = {row.level: day_of(f"on_{row.level}") for row in _national(round_)}
        return change_dates(round_, dates=given, reason=reason, actor=actor)

    if request.form.get("step") != "save":
        outcome = _looked_at(change)
        found = {"trouble": outcome} if isinstance(outcome, Trouble) else {"preview": outcome}
        return _dates_page(code, actor, own, **found)
    return submitted(
        change,
        done=gettext("期限已更改，未办结案件的期限已重新计算，变动写入日志。"),
        to=url_for("web.admin_round", code=code),
        again=lambda trouble: _dates_page(code, actor, own, trouble=trouble),
    )


@signed_in
def settings(code: str) -> Answer:
    """Ask for the settings of a round in fields, or save them."""
    actor = _administrator()
    if request.method == "GET":
        return _settings_page(code, actor, get_round(code).settings, None)
    sent = _sent_settings()
    return submitted(
        lambda: change_settings(
            get_round(code),
            settings=_decoded(sent),
            version=whole_number(request.form.get("version", "")) or 0,
            reason=request.form.get("reason", ""),
            actor=actor,
        ),
        done=gettext("设置已更改，未办结案件的期限已重新计算。"),
        to=url_for("web.admin_round", code=code),
        again=lambda trouble: _settings_page(code, actor, sent, trouble),
    )


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


def _looked_at(change: Callable[[], DatesChanged]) -> DatesChanged | Trouble:
    """Make a change, keep what came of it and give the change itself up."""

    def only_look() -> DatesChanged:
        raise _OnlyLooking(change())

    try:
        return attempt(only_look)
    except _OnlyLooking as looked:
        return looked.changed


def _sent_settings() -> dict[str, object]:
    """Return the settings as the form says them; what is no number stays words, for the check to name its place."""
    form = request.form
    ladder = [
        {"code": code, "basis": basis, "offset": _number(offset), "audience": audience}
        for code, basis, offset, audience in zip(
            *(form.getlist(f"ladder.{part}") for part in ("code", "basis", "offset", "audience")), strict=False
        )
        if code.strip()
    ]
    return {
        "limits": {
            severity: {stage: _number(form.get(f"limits.{severity}.{stage}", "")) for stage, _ in STAGES}
            for severity in SEVERITIES
        },
        "internal_targets": {
            name: _number(form.get(f"internal_targets.{name}", "")) for name in ("accepted_before", "signed_before")
        },
        "ladder": ladder,
        "quiet_hours": {name: form.get(f"quiet_hours.{name}", "") for name in ("from", "to")},
        "signatories": _by_level("signatories"),
        "recipients": _by_level("recipients"),
        "signature_grade": _number(form.get("signature_grade", "")),
        "rate_version": form.get("rate_version", "").strip(),
        "checklist": form.get("checklist", "").split(),
        "screening": form.get("screening", ""),
    }


def _by_level(name: str) -> dict[str, list[str]]:
    found = {level: request.form.getlist(f"{name}.{level}") for level in LEVELS}
    return {level: values for level, values in found.items() if values}


def _decoded(sent: Mapping[str, object]) -> dict[str, object]:
    """Return the sent settings with the thresholds of screening read as JSON."""
    try:
        screening = json.loads(str(sent["screening"]) or "{}")
    except (ValueError, RecursionError):
        raise Invalid(
            N_("筛查参数不是有效的 JSON，没有保存。"), fields={"screening": N_("请检查引号、逗号和括号。")}
        ) from None
    return {**sent, "screening": screening}


def _number(text: str) -> int | str:
    return int(text) if re.fullmatch(r"\s*-?[0-9]{1,9}\s*", text) else text


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
    return page(
        "admin/dates.html",
        status=trouble.status if trouble else 200,
        own=own,
        trouble=trouble,
        preview=preview,
        listed=LISTED,
        given=request.form,
        levels=words.ORGANISATIONS,
        seat=_seat(own, actor) if own else None,
        **_common(code, actor),
    )


def _settings_page(code: str, actor: Actor, shown: Mapping[str, object], trouble: Trouble | None) -> Response:
    screening = shown.get("screening", {})
    return page(
        "admin/settings.html",
        status=trouble.status if trouble else 200,
        shown=shown,
        screening=screening if isinstance(screening, str) else json.dumps(screening, ensure_ascii=False, indent=2),
        trouble=trouble,
        given=request.form,
        **_common(code, actor),
        **choices(),
    )


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
