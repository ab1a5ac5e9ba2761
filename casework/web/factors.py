"""One's own second factors: an app, passkeys, recovery codes; set up, named, removed."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import segno
from flask import Response, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from casework.doors import sessions
from casework.doors.sessions import current_actor, enrolment, signed_in
from casework.errors import N_, NotFound
from casework.operations import passkeys, second_factor
from casework.people.models import Person
from casework.web.pages import Trouble, attempt, page, settings
from casework.web.proofs import proved
from casework.web.wording import said

DONE = MappingProxyType(
    {
        "rename": N_("名称已更改。"),
        "remove": N_("已移除，用它不能再通过验证。"),
        "totp-confirm": N_("验证器已启用。下次登录时，输入密码后还要输入它显示的6位数字。"),
        "passkey": N_("通行密钥已登记。"),
        "codes": N_("新的恢复码已生成，以前的全部作废。"),
    }
)


@enrolment
@signed_in
def factors() -> Answer:
    """Show the second factors of the person, and what may be added."""
    return _page()


@enrolment
@signed_in
@proved
def change(verb: str) -> Answer:
    """Add, rename or remove a second factor, or make new recovery codes; codes are shown this once."""
    if verb == "totp":
        outcome = attempt(lambda: second_factor.begin_totp(g.person, actor=current_actor()))
        return _page(outcome, verb) if isinstance(outcome, Trouble) else _setting_up(outcome)
    if verb not in CHANGES:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    made = attempt(lambda: CHANGES[verb](g.person))
    if isinstance(made, Trouble):
        return _again(made) if verb == "totp-confirm" else _page(made, verb)
    if made:
        return page("own/codes.html", codes=made, done=said(DONE[verb]))
    flash(said(DONE[verb]))
    return redirect(url_for("web.factors"), 303)


def _confirm(person: Person) -> tuple[str, ...]:
    form = request.form
    return second_factor.confirm_totp(
        person, ref=form.get("ref", ""), code=form.get("code", ""), name=form.get("name", ""), actor=current_actor()
    )


def _register(person: Person) -> tuple[str, ...]:
    form = request.form
    return passkeys.register_passkey(
        person,
        answer=form.get("answer", ""),
        mark=form.get("mark", ""),
        name=form.get("name", ""),
        settings=settings(),
        actor=current_actor(),
    )


def _rename(person: Person) -> None:
    form = request.form
    second_factor.rename_factor(person, ref=form.get("ref", ""), name=form.get("name", ""), actor=current_actor())


def _remove(person: Person) -> None:
    required = sessions.requires_second(person, settings())
    second_factor.remove_factor(person, ref=request.form.get("ref", ""), required=required, actor=current_actor())


CHANGES: Mapping[str, Callable[[Person], tuple[str, ...] | None]] = MappingProxyType(
    {
        "totp-confirm": _confirm,
        "passkey": _register,
        "rename": _rename,
        "remove": _remove,
        "codes": lambda person: second_factor.renew_codes(person, actor=current_actor()),
    }
)


def _again(trouble: Trouble) -> Answer:
    """Show the app that is being set up once more, with what was wrong about its first code."""
    row = second_factor.unconfirmed_totp(g.person, request.form.get("ref", ""))
    return _setting_up(second_factor.begun(row, g.person), trouble)


def _setting_up(begun: second_factor.Begun, trouble: Trouble | None = None) -> Response:
    return page(
        "own/totp.html",
        status=trouble.status if trouble else 200,
        begun=begun,
        spaced=" ".join(begun.secret[at : at + 4] for at in range(0, len(begun.secret), 4)),
        picture=segno.make(begun.address, error="m").svg_data_uri(scale=5, border=3, light="#fff"),
        trouble=trouble,
        given=request.form,
    )


def _page(trouble: Trouble | None = None, about: str = "") -> Response:
    person: Person = g.person
    offered = passkeys.are_offered(settings())
    held = second_factor.factors_of(person)
    room = len(held) < second_factor.MOST_FACTORS
    return page(
        "own/factors.html",
        status=trouble.status if trouble else 200,
        registered=held,
        codes_left=second_factor.codes_left(person),
        required=sessions.requires_second(person, settings()),
        must_enrol=g.sign_in.must_enrol,
        offered=offered,
        asked=passkeys.ask_to_register(person, settings=settings()) if offered and room else None,
        trouble=trouble,
        about=about,
        given=request.form,
    )
