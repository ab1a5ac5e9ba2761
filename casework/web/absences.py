"""Leave of the people one looks after: who is away, who hears for them, and registering it in their place."""

from flask import Response, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework import clock
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, NotFound
from casework.operations.set_absence import ACTION, set_absence
from casework.overview import colleagues
from casework.people.models import Person
from casework.people.presence import stand_in_of
from casework.people.queries import find_person
from casework.web import shell
from casework.web.own_notices import last_day_chosen, stand_in_chosen
from casework.web.pages import Trouble, page, required, submitted
from workflows.access import Actor


@signed_in
def absences() -> Answer:
    """Show who is on leave; on a POST, register somebody's leave or return."""
    actor = current_actor()
    if not shell.may(actor, ACTION):
        raise Forbidden(N_("您的角色不能登记他人休假。自己的休假请在“通知设置”中登记。"))
    if request.method == "GET":
        return _page(actor, None)
    return submitted(
        lambda: _register(actor),
        done=gettext("休假与代理已更新。"),
        to=url_for("web.absences"),
        again=lambda trouble: _page(actor, trouble),
    )


def _register(actor: Actor) -> None:
    person = _named(required({"login": N_("人员")})["login"])
    until = last_day_chosen()
    set_absence(person, until=until, stand_in=stand_in_chosen() if until else None, actor=actor)


def _named(login: str) -> Person:
    found = find_person(login)
    if found is None:
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
    return found


def _page(actor: Actor, trouble: Trouble | None) -> Response:
    return page(
        "own/absences.html",
        status=trouble.status if trouble else 200,
        away=[(each, stand_in_of(each, clock.today())) for each in colleagues.on_leave(actor)],
        people=[(each.login, f"{each.name} {each.login}") for each in colleagues.looked_after(actor)],
        trouble=trouble,
        given=request.form if trouble else {},
    )
