"""Administration of people: accounts, offices, passwords, absence; and the tree of organisations.

The administrator sees who works where and how much lies with them, never what
is in a case.
"""

from collections.abc import Callable

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from casework.cases.queries import open_load
from casework.db import db
from casework.doors.sessions import current_actor, requires_second, signed_in
from casework.errors import N_, Forbidden, Invalid, NotFound
from casework.intake.normal import masked_phone
from casework.operations import change_person
from casework.operations.change_addresses import change_addresses
from casework.operations.close_account import close_account
from casework.operations.invite import invite, open_invitation, withdraw
from casework.operations.recognise import get_identity, identities_of, unlink
from casework.operations.second_factor import factors_of, reset_second_factor
from casework.operations.set_absence import set_absence
from casework.overview import colleagues, roster
from casework.people.models import Appointment, Person
from casework.people.queries import find_person, get_organisation
from casework.web import shell, words
from casework.web.own_notices import last_day_chosen, stand_in_chosen
from casework.web.pages import PAGE_SIZE, Trouble, attempt, page, required, settings, submitted
from casework.web.proofs import proved_when
from casework.web.sign_in_page import NAMES
from casework.web.wording import said
from workflows.access import Actor

CHOICES_AT_MOST = 300
DONE = {
    "appoint": N_("任职已登记，下次打开页面即生效。"),
    "dismiss": N_("已免去这项职务；已办理的事项不变。"),
    "invite": N_("链接已发往登记的邮箱，7天内有效，只能使用一次；此前的链接已失效。"),
    "withdraw": N_("链接已撤回，不能再使用。"),
    "unlink": N_("统一身份关联已解除；下次从统一身份认证登录时重新关联。"),
    "factor": N_("第二重验证已重置，该账号的登录已全部退出，并已通知本人。"),
    "deactivate": N_("账号已停用，登录、令牌和链接均已失效；名下案件和线索已移交，已通知接手的人和负责人。"),
    "activate": N_("账号已恢复。"),
    "absence": N_("休假已登记。"),
    "addresses": N_("联系方式已更新。"),
}


@signed_in
def people() -> Response:
    """Show the accounts of the own organisation and below."""
    actor = administrator()
    given = {name: request.args.get(name, "").strip() for name in ("login", "role", "state")}
    after = request.args.get("after", "")
    found = roster.page_of_people(actor, **given, after=after, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    return page(
        "admin/people.html",
        staff=shown,
        given=given,
        filtered=any(given.values()),
        after=after,
        next=shown[-1].person.login if len(found) > PAGE_SIZE else "",
        totals=roster.totals(actor),
        roles=_roles(),
    )


@signed_in
def new_person() -> Answer:
    """Ask for a new account, or make it."""
    actor = administrator()
    if request.method == "GET":
        return _new_form(actor, None)
    made: list[str] = []

    def add() -> None:
        given = required({"login": N_("账号"), "name": N_("姓名"), "organisation": N_("机构"), "role": N_("角色")})
        person = change_person.add_person(
            login=given["login"],
            name=given["name"],
            email=request.form.get("email", ""),
            organisation=get_organisation(given["organisation"]),
            role=given["role"],
            office=request.form.get("office", ""),
            actor=actor,
        )
        if person.email:
            invite(person, actor=actor)
            made.append(person.email)

    outcome = attempt(add)
    if isinstance(outcome, Trouble):
        return _new_form(actor, outcome)
    flash(
        gettext("账号已建立，设置密码的链接已发往登记的邮箱。")
        if made
        else gettext("账号已建立，没有登记邮箱，还不能登录。请登记邮箱后发送邀请。")
    )
    return redirect(url_for("web.admin"), 303)


@signed_in
def person(ref: str) -> Response:
    """Show one account with everything that may be changed about it."""
    return _person_page(ref, administrator(), None, "")


def _takes_a_factor() -> bool:
    """Say whether the request takes from somebody how they prove themselves."""
    return (request.view_args or {}).get("verb") == "factor"


@signed_in
@proved_when(_takes_a_factor)
def change(ref: str, verb: str) -> Answer:
    """Change one thing about an account."""
    actor = administrator()
    if verb not in CHANGES:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    visible(ref, actor)
    return submitted(
        lambda: CHANGES[verb](visible(ref, actor), actor),
        done=said(DONE[verb]),
        to=url_for("web.admin_person", ref=ref),
        again=lambda trouble: _person_page(ref, actor, trouble, verb),
    )


@signed_in
def organisations() -> Response:
    """Show the tree of organisations, each with how many people serve in it."""
    actor = administrator()
    found = roster.organisations(actor)
    top = min((each.path.count("/") for each in found), default=0)
    heads = roster.heads(actor)
    return page(
        "admin/organisations.html",
        rows=[(each, each.path.count("/") - top) for each in found],
        heads=heads,
        empty=[each for each in found if each.kind != "college" and each.id not in heads],
    )


def _appoint(person: Person, actor: Actor) -> object:
    given = required({"organisation": N_("机构"), "role": N_("角色")})
    return change_person.appoint_to(
        person,
        organisation=get_organisation(given["organisation"]),
        role=given["role"],
        office=request.form.get("office", ""),
        actor=actor,
    )


def _dismiss(person: Person, actor: Actor) -> None:
    code, _, role = request.form.get("office", "").partition("/")
    held = next(
        (row for row in roster.present_offices(person) if (row.organisation.code, row.role) == (code, role)), None
    )
    if held is None:
        raise NotFound(N_("没有找到这项任职，可能已被免去。"))
    change_person.dismiss(held, actor=actor)


def _close(person: Person, actor: Actor) -> None:
    login = request.form.get("successor", "").strip()
    successor = find_person(login) if login else None
    if login and successor is None:
        raise Invalid(N_("没有这个账号，没有停用。"), fields={"successor": N_("请填写接手人的账号。")})
    close_account(person, reason=request.form.get("reason", ""), successor=successor, actor=actor)


def _unlink(person: Person, actor: Actor) -> None:
    unlink(get_identity(request.form.get("identity", ""), person=person), actor=actor)


def _absence(person: Person, actor: Actor) -> None:
    until = last_day_chosen()
    set_absence(person, until=until, stand_in=stand_in_chosen() if until else None, actor=actor)


def _addresses(person: Person, actor: Actor) -> None:
    """Set the addresses of the form; a number that was not typed anew, or is to go, is told apart by a box."""
    changes = {name: request.form.get(name, "") for name in ("email", "wecom")}
    mobile = request.form.get("mobile", "").strip()
    if mobile or request.form.get("no_mobile"):
        changes["mobile"] = mobile
    if person.id == actor.id:
        changes.pop("email")
    change_addresses(person, changes=changes, actor=actor)


CHANGES: dict[str, Callable[[Person, Actor], object]] = {
    "appoint": _appoint,
    "dismiss": _dismiss,
    "invite": lambda person, actor: invite(person, actor=actor),
    "withdraw": lambda person, actor: withdraw(person, actor=actor),
    "unlink": _unlink,
    "factor": lambda person, actor: reset_second_factor(
        person,
        reason=request.form.get("reason", ""),
        required=requires_second(person, settings()),
        actor=actor,
    ),
    "deactivate": _close,
    "activate": lambda person, actor: change_person.reopen_account(person, actor=actor),
    "absence": _absence,
    "addresses": _addresses,
}


def administrator() -> Actor:
    """Return who is asking, who administers people somewhere; raises `Forbidden`."""
    actor = current_actor()
    if not shell.may(actor, "people:manage"):
        raise Forbidden(N_("只有系统管理员可以管理人员与角色。"))
    return actor


def visible(ref: str, actor: Actor) -> Person:
    """Return somebody who holds or held an office in what the actor administers; nobody else exists here."""
    inside = [each.id for each in roster.organisations(actor)]
    holds = select(Appointment.person_id).where(Appointment.organisation_id.in_(inside))
    wanted = select(Person).where(Person.ref == ref, Person.id.in_(holds)).options(roster.offices_loaded())
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
    return found


def _person_page(ref: str, actor: Actor, trouble: Trouble | None, about: str) -> Response:
    found = visible(ref, actor)
    return page(
        "admin/person.html",
        status=trouble.status if trouble else 200,
        person=found,
        offices=roster.present_offices(found),
        past=[held for held in found.appointments if held not in roster.present_offices(found)],
        load=open_load([found.id])[found.id],
        oneself=found.id == actor.id,
        factors=factors_of(found),
        invitation=open_invitation(found),
        identities=[(each, said(NAMES[each.provider])) for each in identities_of(found)],
        mobile=masked_phone(found.mobile),
        colleagues=[(each.login, f"{each.name} {each.login}") for each in colleagues.possible_stand_ins(found)],
        trouble=trouble,
        about=about,
        given=request.form,
        roles=_roles(),
        places=_places(actor),
    )


def _new_form(actor: Actor, trouble: Trouble | None) -> Response:
    return page(
        "admin/new_person.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        given=request.form,
        roles=_roles(),
        places=_places(actor),
    )


def _roles() -> list[tuple[str, str]]:
    return [(code, said(label)) for code, label in words.ROLES.items()]


def _places(actor: Actor) -> list[tuple[str, str]]:
    """Return the organisations to choose from; none when they are too many to choose, and a code is typed."""
    found = roster.organisations(actor)
    return [(each.code, each.name) for each in found] if len(found) <= CHOICES_AT_MOST else []
