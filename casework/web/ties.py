"""回避关系: one's own ties, declared and withdrawn; those of the people one looks after, recorded with a reason."""

from collections.abc import Sequence

from flask import Response, flash, g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, NotFound
from casework.operations.declare_tie import Declared, declare_tie, withdraw_tie
from casework.operations.permit import answered_as
from casework.operations.permit_ties import ACTION, looks_after, permit_ties
from casework.overview import colleagues
from casework.people.models import Person, Relation
from casework.people.queries import find_person, with_offices
from casework.people.relations import get_tie, no_tie, shown_value, standing_ties_of, ties_declared
from casework.web import shell
from casework.web.pages import Trouble, attempt, page, required, submitted
from casework.web.wording import said
from workflows.access import Actor
from workflows.ties import DECLARABLE


@signed_in
def own() -> Answer:
    """Show one's own ties; on a POST, declare one."""
    actor = current_actor()
    if request.method == "GET":
        return _own(None)
    made = attempt(lambda: _declare(g.person, actor))
    if isinstance(made, Trouble):
        return _own(made)
    flash(_said(made))
    return redirect(url_for("web.ties"), 303)


@signed_in
def others() -> Answer:
    """Show the ties of those one looks after; on a POST, record one."""
    actor = current_actor()
    if not shell.may(actor, ACTION):
        raise Forbidden(N_("您的角色不能登记他人的回避关系。自己的请在“我的回避关系”中申报。"))
    if request.method == "GET":
        return _others(actor, None)
    made = attempt(lambda: _declare(_named(required({"login": N_("人员")})["login"]), actor))
    if isinstance(made, Trouble):
        return _others(actor, made)
    flash(_said(made))
    return redirect(url_for("web.ties_of_others"), 303)


@signed_in
def withdraw(ref: str) -> Answer:
    """Withdraw a tie of one's own, or of somebody one looks after."""
    actor = current_actor()
    tie = get_tie(ref)
    with answered_as(no_tie()):
        permit_ties(tie.person, actor)
    mine = tie.person_id == actor.id
    return submitted(
        lambda: withdraw_tie(get_tie(ref), reason=request.form.get("reason", ""), actor=actor),
        done=gettext("回避关系已撤回，记录保留。"),
        to=url_for("web.ties" if mine else "web.ties_of_others"),
        again=lambda trouble: _own(trouble, about=ref) if mine else _others(actor, trouble, about=ref),
    )


def _declare(person: Person, actor: Actor) -> Declared:
    form = request.form
    return declare_tie(
        person, kind=form.get("kind", ""), value=form.get("value", ""), reason=form.get("reason", ""), actor=actor
    )


def _said(made: Declared) -> str:
    taken = len(made.kept_from.cases) + len(made.kept_from.leads)
    if not taken:
        return gettext("回避关系已保存。")
    return gettext("回避关系已保存，%(n)s件在办事项已退回改派，有关人员已收到通知。", n=taken)


def _named(login: str) -> Person:
    found = find_person(login)
    if found is None:
        raise NotFound(N_("没有找到该人员，或不在您的权限范围内。"))
    return found


def _own(trouble: Trouble | None, *, about: str = "") -> Response:
    declared = ties_declared(g.person)
    return _page("own/ties.html", trouble, about, ties=declared, standing=_standing(declared))


def _others(actor: Actor, trouble: Trouble | None, *, about: str = "") -> Response:
    known = with_offices([each.id for each in colleagues.looked_after(actor) if each.id != actor.id])
    people = [each for each in known if looks_after(each, actor)]
    found = standing_ties_of([each.id for each in people])
    choices = [(each.login, f"{each.name} {each.login}") for each in people]
    return _page("own/ties_of_others.html", trouble, about, ties=found, people=choices)


def _page(template: str, trouble: Trouble | None, about: str, **context: object) -> Response:
    return page(
        template,
        status=trouble.status if trouble else 200,
        trouble=trouble,
        about=about,
        given=request.form if trouble else {},
        kinds=DECLARABLE,
        kind_choices=[(tie.value, said(kind.label)) for tie, kind in DECLARABLE.items()],
        shown_value=shown_value,
        records=shell.may(current_actor(), ACTION),
        **context,
    )


def _standing(declared: Sequence[Relation]) -> int:
    return sum(each.withdrawn_at is None for each in declared)
