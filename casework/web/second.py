"""The second step of the way in: a code, a passkey, or one of the codes for the day the telephone is lost.

And the short way: a passkey that has verified its user lets somebody in without
account and password.
"""

from flask import Response, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework.doors.sessions import open_to_all
from casework.errors import N_
from casework.operations import passkeys
from casework.operations.second_factor import check_code, factors_of
from casework.people.models import Person
from casework.people.sign_in import PASSKEY, TOTP
from casework.web import kept_form
from casework.web.arrival import HalfWay, arrive, enter, half_way, inside
from casework.web.pages import Trouble, attempt, settings
from casework.web.sign_in_page import sign_in_page

WRONG = N_("验证没有通过。请输入最新的验证码；每个验证码和恢复码只能用一次。")
NO_PASSKEY = N_("这个通行密钥没有登记，或没有通过验证。请用账号和密码登录。")


@open_to_all
def second() -> Answer:
    """Ask for the second factor, or check it and let its owner in."""
    known = half_way()
    if known is None:
        return to(url_for("web.login"))
    if request.method == "GET":
        return asked(known)
    outcome = attempt(lambda: _checked(known.person))
    if isinstance(outcome, Trouble):
        return asked(known, outcome)
    if not outcome:
        return asked(known, Trouble(422, gettext(WRONG)))
    return kept_form.or_else(arrive(known.person, how=known.how, wanted=known.wanted, second=outcome))


@open_to_all
def passkey() -> Answer:
    """Let in whoever's passkey has answered, with its user verified."""
    outcome = attempt(_by_passkey)
    if isinstance(outcome, Trouble) or outcome is None:
        trouble = outcome if isinstance(outcome, Trouble) else Trouble(422, gettext(NO_PASSKEY))
        return sign_in_page(inside(request.form.get("next", "")), trouble)
    wanted = inside(request.form.get("next", ""))
    return kept_form.or_else(enter(outcome, how=PASSKEY, wanted=wanted, second=PASSKEY))


def asked(known: HalfWay, trouble: Trouble | None = None) -> Response:
    """Return the page that asks somebody half-way in for the second factor."""
    held = {row.kind for row in factors_of(known.person)}
    by_key = PASSKEY in held and passkeys.are_offered(settings())
    text = render_template(
        "own/second.html",
        trouble=trouble,
        has_codes=TOTP in held,
        asked=passkeys.ask_to_prove(passkeys.SECOND, known.person, settings=settings()) if by_key else None,
        kept=request.form.get(kept_form.FIELD, ""),
    )
    return Response(text, trouble.status if trouble else 200, mimetype="text/html")


def _checked(person: Person) -> str:
    form = request.form
    if form.get("answer"):
        found = passkeys.check_passkey(
            passkeys.SECOND, person, answer=form["answer"], mark=form.get("mark", ""), settings=settings()
        )
        return PASSKEY if found else ""
    return check_code(person, form.get("code", ""))


def _by_passkey() -> Person | None:
    answer, mark = request.form.get("answer", ""), request.form.get("mark", "")
    return passkeys.check_passkey(passkeys.ALONE, None, answer=answer, mark=mark, settings=settings())
