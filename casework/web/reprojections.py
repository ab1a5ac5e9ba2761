"""What a change of a round would move and say: the tables before it is made, all of it as a file, a large one's job.

A round of an office is looked at while the page is made. A province's is looked
at, and afterwards computed, by a job; this page then shows how far it is, what
it found, and the form that makes the change.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Response, request, url_for
from sqlalchemy import select

from casework.db import db
from casework.deadlines.upcoming import SIGNERS
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, NotFound
from casework.operations.change_dates import RETIME
from casework.operations.mark_export import mark_of
from casework.operations.promise_look import LOOK, OWN_DATE, SETTINGS
from casework.operations.reprojection import Reprojection
from casework.operations.reprojection_plain import read
from casework.promises import Promise
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from casework.web import shell, words
from casework.web.csv_file import download
from casework.web.pages import page
from casework.web.wording import said
from notifications.kinds import KINDS

LISTED = 50
ROLES: Mapping[str, str] = MappingProxyType(
    {
        "owner": N_("经办人"),
        "supervisor": N_("就业部门负责人"),
        "vice_leader": N_("分管领导"),
        "party_leader": words.SLOTS["party_leader"],
        "admin_leader": words.SLOTS["admin_leader"],
        "level_above": N_("上级就业工作部门"),
        SIGNERS: N_("尚未签字的签字人"),
    }
)
"""Who hears a rung, as pages name them."""

SUBJECTS = {"case": N_("案件"), "report": N_("报告"), "lead": N_("线索")}
HEAD = (N_("编号"), N_("类别"), N_("机构"), N_("原期限"), N_("新期限"))


@signed_in
def watch(code: str, ref: str) -> Response:
    """Show how far the job of a large round is, then what it found."""
    round_, promised = get_round(code), _promised(code, ref)
    told = (promised.result or {}).get("plan")
    fragment = request.headers.get("HX-Request")
    if fragment and (promised.done_at or promised.failed_at):
        return Response(status=200, headers={"HX-Redirect": url_for("web.admin_moves", code=code, ref=ref)})
    return page(
        "admin/_moves_progress.html" if fragment else "admin/moves.html",
        round=round_,
        promise=promised,
        looking=promised.name == LOOK,
        confirm=_confirm(round_, promised) if promised.name == LOOK else None,
        **plan_context(read(told) if told else None),
    )


@signed_in
def file(code: str, ref: str) -> Response:
    """Hand out everything that a job found to move."""
    told = (_promised(code, ref).result or {}).get("plan")
    if not told:
        raise NotFound(N_("还没有结果。请等计算完成。"))
    return moves_file(read(told), code)


def plan_context(plan: Reprojection | None) -> dict[str, Any]:
    """Return what the tables of a plan are made with."""
    return {
        "plan": plan,
        "listed": LISTED,
        "role_names": ROLES,
        "told_kinds": {code: kind.label for code, kind in KINDS.items()},
        "subject_names": SUBJECTS,
    }


def moves_file(plan: Reprojection, code: str) -> Response:
    """Return every case, report and lead that moves, from which day to which."""
    rows = (
        (each.number, said(SUBJECTS[each.kind]), each.organisation, each.before or "", each.after or "")
        for each in plan.moved
    )
    mark = mark_of(current_actor(), purpose="期限调整")
    return download([said(word) for word in HEAD], rows, name=f"deadlines-{code}.csv", mark=mark)


def fields_again(leave_out: Iterable[str] = ("csrf_token", "step", "reason")) -> list[tuple[str, str]]:
    """Return what was sent as hidden fields, for the form that confirms it."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in leave_out]


def _confirm(round_: Round, promised: Promise) -> tuple[str, list[tuple[str, str]]]:
    """Return where the change that was looked at is made, and the fields that make it."""
    what, given = promised.arguments["what"], promised.arguments["given"]
    if what == SETTINGS:
        return url_for("web.admin_settings", code=round_.code), [tuple(pair) for pair in given["form"]]
    where = url_for("web.admin_dates", code=round_.code)
    if what == OWN_DATE:
        return where, [("own", given["organisation"]), ("on", given["on"])]
    return where, [(f"on_{level}", on) for level, on in given["dates"].items()]


def _promised(code: str, ref: str) -> Promise:
    actor = current_actor()
    if not shell.may(actor, "round:settings"):
        raise Forbidden(N_("只有系统管理员可以更改设置。"))
    wanted = select(Promise).where(Promise.ref == ref, Promise.name.in_((LOOK, RETIME)))
    found = db.session.scalars(wanted).one_or_none()
    if found is None or found.arguments.get("round") != code or found.arguments.get("actor") != actor.id:
        raise NotFound(N_("没有找到这次计算，或不是您要求的。"))
    return found
