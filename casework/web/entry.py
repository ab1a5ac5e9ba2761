"""Coming in by account and password, going out, and the page of one's own account."""

from flask import Response as Page
from flask import g, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework import errors, journal
from casework.db import db
from casework.doors import devices, sessions
from casework.doors.limits import place_of_request
from casework.doors.sessions import current_actor, open_to_all, signed_in
from casework.errors import N_
from casework.journal import Door
from casework.operations import passwords
from casework.operations.begin_sign_in import sign_ins_of
from casework.operations.note_refusal import note_guesses
from casework.operations.second_factor import factors_of
from casework.people.models import Person
from casework.people.queries import find_person
from casework.web import kept_form, shell
from casework.web.arrival import enter, half_way, inside
from casework.web.pages import Trouble, attempt, page, submitted
from casework.web.second import asked
from casework.web.sign_in_page import leaving, sign_in_page

WRONG = N_("账号或密码不正确。请检查后重新输入；忘记密码请联系本单位管理员重置。")


@open_to_all
def login() -> Response | str:
    """Show the form, or check what was sent and go where the person wanted to be."""
    wanted = inside(request.values.get("next", ""))
    if request.method == "GET":
        if g.actor is not None:
            return redirect(wanted or shell.landing(g.actor))
        return sign_in_page(wanted)
    outcome = attempt(_who_is_it)
    if isinstance(outcome, Trouble):
        return sign_in_page(wanted, outcome)
    if outcome is None:
        return sign_in_page(wanted, Trouble(422, gettext(WRONG)))
    answer = enter(_person(outcome), how="password", wanted=wanted)
    known = half_way()
    if known is not None and request.form.get(kept_form.FIELD):
        return asked(known)  # no detour: the form that waits would be lost on the way
    return answer if known is not None else kept_form.or_else(answer)


@signed_in
def logout() -> Response:
    """End the session and show the sign-in page."""
    how = g.sign_in.how if g.get("sign_in") is not None else ""
    sessions.sign_out()
    return redirect(url_for("web.login", left=how if leaving(how) else None), 303)


@open_to_all
def home() -> Response:
    """Lead a person to the first page that is theirs, a visitor to the sign-in."""
    return redirect(shell.landing(g.actor) if g.actor else url_for("web.login"))


@signed_in
def me() -> Response:
    """Show one's own appointments, the looks of the pages, the keys, and change the password."""
    if request.method == "POST":
        return submitted(
            _change_password,
            done=gettext("密码已更改，其他设备上的登录已全部退出。"),
            to=url_for("web.login"),
            again=own_page,
        )
    return own_page()


def own_page(trouble: Trouble | None = None) -> Page:
    """Return the page of one's own account."""
    here = g.sign_in
    return page(
        "me.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        sessions=[(row, row.id == here.id) for row in sign_ins_of(g.person)],
        factors=factors_of(g.person),
    )


def _who_is_it() -> int | None:
    login = request.form.get("login", "")
    known = find_person(login)
    tries = known.failed_logins if known else 0
    person = passwords.check_password(
        login=login, password=request.form.get("password", ""), known_device=devices.is_known(login)
    )
    if person:
        journal.come_from(Door.PAGE, network=place_of_request())
        note_guesses(person, tries)
    return person.id if person else None


def _change_password() -> None:
    fresh = request.form.get("password", "")
    passwords.confirm_password(g.person, request.form.get("present", ""))
    if fresh != request.form.get("again", ""):
        raise errors.Invalid(N_("两次输入的新密码不一致，没有保存。"), fields={"again": N_("与上面不一致。")})
    passwords.set_password(g.person, password=fresh, actor=current_actor())


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)
