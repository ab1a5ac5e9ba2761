"""授权与任职文件: papers by which somebody signs for an office holder, or for two offices; filed, shown, revoked."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework import clock
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Conflict, Forbidden, Invalid
from casework.operations.record_mandate import (
    keep_scan,
    open_mandate,
    record_both_offices,
    record_mandate,
    revoke_mandate,
)
from casework.people.models import Organisation, Person
from casework.people.queries import find_person, holders
from casework.reports.facts import BOTH_OFFICES, DELEGATE
from casework.reports.mandates import get_mandate, mandates_of, state_of
from casework.reports.models import Mandate
from casework.rounds import settings as round_settings
from casework.storage import ALLOWED
from casework.web import shell
from casework.web.case_deeds import day_of
from casework.web.case_page import downloaded
from casework.web.pages import PAGE_SIZE, Trouble, page, settings, submitted
from casework.web.wording import said
from casework.web.words import ROLES
from workflows.access import Actor, scope_of
from workflows.signoff import LONGEST_MANDATE

FILES = "report:freeze"
SIGNERS = ("party_leader", "admin_leader", "vice_leader")
SUFFIXES = {media_type: extension for extension, media_type in ALLOWED.items()}


@signed_in
def mandates() -> Answer:
    """Show the papers on file, the newest first; on a POST, file one."""
    actor = current_actor()
    if not shell.may(actor, "report:read"):
        raise Forbidden(N_("您的角色不能查看授权与任职文件。"))
    if request.method == "GET":
        return _page(actor, None)
    return submitted(
        lambda: _file(actor),
        done=gettext("文件已登记，到期自动失效。"),
        to=url_for("web.mandates"),
        again=lambda trouble: _page(actor, trouble),
    )


@signed_in
def revoke(ref: str) -> Answer:
    """End a paper before its time."""
    actor = current_actor()
    return submitted(
        lambda: revoke_mandate(get_mandate(ref, actor), actor=actor),
        done=gettext("文件已撤销；此前依据它作出的签字仍然有效。"),
        to=url_for("web.mandates"),
        again=lambda trouble: _page(actor, trouble),
    )


@signed_in
def paper(ref: str) -> Answer:
    """Hand out the scan of a paper; the look is journalled."""
    actor = current_actor()
    with unit_of_work():
        found = get_mandate(ref, actor)
        content = open_mandate(found, actor=actor, settings=settings())
        media_type = found.file.media_type if found.file else ""
    return downloaded(content, name=f"{found.ref}.{SUFFIXES.get(media_type, 'bin')}", media_type=media_type)


def _file(actor: Actor) -> Mandate:
    round_, body = shell.current_round(), _seat(actor)
    if round_ is None or body is None:
        raise Conflict(N_("只有本单位就业部门负责人可以在开启的轮次中登记授权与任职文件。"))
    kind, upload = request.form.get("kind", ""), request.files.get("file")
    if kind not in {DELEGATE, BOTH_OFFICES}:
        raise Invalid(N_("文件登记有误，没有保存。请按提示修改。"), fields={"kind": N_("请从列表中选择。")})
    if upload is None or not upload.filename:
        raise Invalid(N_("没有选择文件，没有保存。"), fields={"file": N_("请选择授权书或任职文件的扫描件。")})
    person = _person(request.form.get("delegate", ""), "delegate")
    common: dict[str, Any] = {
        "organisation": body,
        "valid_from": day_of("valid_from"),
        "valid_to": day_of("valid_to"),
        "document": request.form.get("document", "")[:200],
        "file": keep_scan(upload.read(), name=upload.filename, settings=settings()),
        "actor": actor,
    }
    if kind == BOTH_OFFICES:
        return record_both_offices(person=person, **common)
    slot, _, principal = request.form.get("slot", "").partition(":")
    return record_mandate(
        round_=round_,
        slot=slot,
        principal=_person(principal, "slot"),
        delegate=person,
        reason=request.form.get("reason", ""),
        **common,
    )


def _person(login: str, field: str) -> Person:
    found = find_person(login)
    if found is None:
        raise Invalid(N_("文件登记有误，没有保存。请按提示修改。"), fields={field: N_("请从列表中选择。")})
    return found


def _seat(actor: Actor) -> Organisation | None:
    scopes = scope_of(actor, FILES)
    return db.session.get_one(Organisation, scopes[0].organisation_id) if scopes else None


def _page(actor: Actor, trouble: Trouble | None) -> Response:
    before = whole_number(request.args.get("before", ""))
    wanted = mandates_of(actor).order_by(Mandate.id.desc()).limit(PAGE_SIZE + 1)
    if before is not None:
        wanted = wanted.where(Mandate.id < before)
    found = db.session.scalars(wanted).all()
    shown, today, body = found[:PAGE_SIZE], clock.today(), _seat(actor)
    states = [(each, state_of(each, on=today)) for each in shown]
    return page(
        "cosign/mandates.html",
        status=trouble.status if trouble else 200,
        mandates=states,
        standing=sum(state == "standing" for _, state in states),
        next=shown[-1].id if len(found) > PAGE_SIZE else 0,
        body=body,
        slots=_slots(body),
        delegates=_delegates(body),
        longest=LONGEST_MANDATE,
        names={each.id: each.name for each in _bodies(shown)},
        trouble=trouble,
        given=request.form if trouble else {},
    )


def _slots(body: Organisation | None) -> list[tuple[str, str]]:
    """Return each slot of the round with each of its holders."""
    round_ = shell.current_round()
    if body is None or round_ is None:
        return []
    names = round_settings.slots(round_, body.kind)
    return [
        (f"{slot}:{each.login}", f"{said(ROLES[slot])} {each.name}")
        for slot in names
        for each in holders(slot, body.id)
    ]


def _delegates(body: Organisation | None) -> list[tuple[str, str]]:
    if body is None:
        return []
    people = {each.login: each.name for role in SIGNERS for each in holders(role, body.id)}
    return [(login, f"{name} {login}") for login, name in sorted(people.items())]


def _bodies(shown: Sequence[Mandate]) -> list[Organisation]:
    ids = {each.organisation_id for each in shown}
    return list(db.session.query(Organisation).filter(Organisation.id.in_(ids)))
