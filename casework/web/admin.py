"""People, organisations and rounds: who may work, what hangs under what, which dates and settings a round has."""

import secrets
from collections.abc import Callable, Sequence
from datetime import date

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid, NotFound
from casework.operations import passwords
from casework.operations.import_people import import_people
from casework.operations.open_round import copy_round, open_round
from casework.operations.permit import permit
from casework.people.models import Appointment, Organisation, Person
from casework.people.queries import get_person
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from casework.web import shell
from casework.web.pages import Trouble, attempt, page, required, submitted
from workflows.access import Actor, Role, scope_of

TABS = (
    ("people", N_("人员"), "people:manage"),
    ("organisations", N_("机构"), "people:manage"),
    ("rounds", N_("轮次"), "round:settings"),
)
SHIPPED = "2024"


@signed_in
def admin() -> Response:
    """Show one of the three lists."""
    return _page(request.args.get("tab", ""), None)


@signed_in
def change(what: str) -> Response:
    """Add a person, copy or open a round."""
    if what not in CHANGES:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    label, tab, do = CHANGES[what]
    return submitted(
        lambda: do(current_actor()),
        done=gettext(label),
        to=url_for("web.admin", tab=tab),
        again=lambda trouble: _page(tab, trouble),
    )


@signed_in
def reset(ref: str) -> Response:
    """Give a person a new password, shown this once, which ends every session of theirs."""
    fresh = secrets.token_urlsafe(12)
    outcome = attempt(lambda: _reset(get_person(ref), fresh, current_actor()))
    if isinstance(outcome, Trouble):
        flash(outcome.sentence)
        return redirect(url_for("web.admin", tab="people"), 303)  # type: ignore[return-value]
    return page("admin/password.html", person=outcome, password=fresh)


def _page(tab: str, trouble: Trouble | None) -> Response:
    actor = current_actor()
    tabs = [(name, label) for name, label, action in TABS if shell.may(actor, action)]
    if not tabs:
        raise Forbidden(N_("只有系统管理员可以更改设置。"))
    chosen = tab if tab in dict(tabs) else tabs[0][0]
    organisations = within(actor)
    return page(
        f"admin/{chosen}.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        tabs=tabs,
        tab=chosen,
        given=request.form,
        organisations=organisations,
        people=_people(organisations) if chosen == "people" else (),
        rounds=db.session.scalars(select(Round).options(selectinload(Round.dates)).order_by(Round.id.desc())).all(),
        shipped=SHIPPED,
        roles=list(Role),
    )


def within(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations that this administrator looks after, parents first."""
    paths = [db.session.get_one(Organisation, scope.organisation_id).path for scope in scope_of(actor, "people:manage")]
    if not paths:
        return ()
    wanted = select(Organisation).where(or_(*(Organisation.path.startswith(path, autoescape=True) for path in paths)))
    return db.session.scalars(wanted.order_by(Organisation.path)).all()


def _people(organisations: Sequence[Organisation]) -> Sequence[Person]:
    ids = [each.id for each in organisations]
    held = select(Appointment.person_id).where(Appointment.organisation_id.in_(ids))
    wanted = select(Person).where(Person.id.in_(held)).order_by(Person.login)
    return db.session.scalars(
        wanted.options(selectinload(Person.appointments).joinedload(Appointment.organisation))
    ).all()


def _reset(person: Person, password: str, actor: Actor) -> Person:
    if not person.appointments:
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
    for held in person.appointments:
        permit(actor, "people:manage", organisation=held.organisation)
    passwords.set_password(person, password=password, actor=actor)
    return person


def _add(actor: Actor) -> object:
    form = request.form
    row = required({"user_id": N_("账号"), "name": N_("姓名"), "org_id": N_("单位"), "role": N_("角色")})
    if row["org_id"] not in {each.code for each in within(actor)}:
        raise NotFound(N_("没有找到该机构，或不在您的权限范围内。"))
    row |= {"email": form.get("email", "").strip(), "office": form.get("office", "").strip()}
    return import_people([row], actor=actor)


def _copy(actor: Actor) -> object:
    row = required({"source": N_("照哪一轮次"), "code": N_("代码"), "name": N_("名称"), "cohort": N_("届别")})
    if not row["cohort"].isdigit():
        raise Invalid(N_("届别应当是四位年份，没有保存。"), fields={"cohort": N_("请填四位年份。")})
    source = get_round(row["source"])
    dates = {}
    for each in source.dates:
        given = request.form.get(f"date-{each.level}", "")
        if given:
            dates[each.level] = date.fromisoformat(given)
    return copy_round(source, code=row["code"], name=row["name"], cohort=int(row["cohort"]), dates=dates, actor=actor)


CHANGES: dict[str, tuple[str, str, Callable[[Actor], object]]] = {
    "person": (N_("人员已保存。新人员还没有密码，请点“重置密码”。"), "people", _add),
    "copy": (N_("新轮次已开启。"), "rounds", _copy),
    "open": (N_("轮次已开启。"), "rounds", lambda actor: open_round(shipped=SHIPPED, actor=actor)),
}
