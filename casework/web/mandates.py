"""代签授权: the papers by which somebody signs for an office holder, filed with an end, shown, and revoked."""

from collections.abc import Sequence

from flask import Response, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework import clock
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Conflict, Forbidden, Invalid
from casework.operations.record_mandate import record_mandate, revoke_mandate
from casework.people.models import Organisation, Person
from casework.people.queries import find_person, holders
from casework.reports.mandates import get_mandate, mandates_of, state_of
from casework.reports.models import Mandate
from casework.rounds import settings
from casework.web import shell
from casework.web.case_deeds import day_of
from casework.web.pages import PAGE_SIZE, Trouble, page, submitted
from casework.web.wording import said
from casework.web.words import ROLES
from workflows.access import Actor, scope_of
from workflows.signoff import LONGEST_MANDATE

FILES = "report:freeze"
SIGNERS = ("party_leader", "admin_leader", "vice_leader")


@signed_in
def mandates() -> Answer:
    """Show the papers on file, the newest first; on a POST, file one."""
    actor = current_actor()
    if not shell.may(actor, "report:read"):
        raise Forbidden(N_("您的角色不能查看代签授权。"))
    if request.method == "GET":
        return _page(actor, None)
    return submitted(
        lambda: _file(actor),
        done=gettext("代签授权已登记，到期自动失效。"),
        to=url_for("web.mandates"),
        again=lambda trouble: _page(actor, trouble),
    )


@signed_in
def revoke(ref: str) -> Answer:
    """End a paper before its time."""
    actor = current_actor()
    return submitted(
        lambda: revoke_mandate(get_mandate(ref, actor), actor=actor),
        done=gettext("代签授权已撤销；此前依据它作出的签字仍然有效。"),
        to=url_for("web.mandates"),
        again=lambda trouble: _page(actor, trouble),
    )


def _file(actor: Actor) -> Mandate:
    round_, body = shell.current_round(), _seat(actor)
    if round_ is None or body is None:
        raise Conflict(N_("只有本单位就业部门负责人可以在开启的轮次中登记代签授权。"))
    slot, _, principal = request.form.get("slot", "").partition(":")
    return record_mandate(
        organisation=body,
        round_=round_,
        slot=slot,
        principal=_person(principal, "slot"),
        delegate=_person(request.form.get("delegate", ""), "delegate"),
        valid_from=day_of("valid_from"),
        valid_to=day_of("valid_to"),
        document=request.form.get("document", ""),
        reason=request.form.get("reason", ""),
        actor=actor,
    )


def _person(login: str, field: str) -> Person:
    found = find_person(login)
    if found is None:
        raise Invalid(N_("授权登记有误，没有保存。请按提示修改。"), fields={field: N_("请从列表中选择。")})
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
    names = settings.slots(round_, body.kind)
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
