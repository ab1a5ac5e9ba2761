"""Proving once more who sits there, before what cannot be taken back: full exports, erasing, keys, second factors.

Asked when the last proof is older than ten minutes, and every time before what nobody
can bring back (`proved_anew`). What somebody was about to do is not lost: a page that
they wanted is opened afterwards; a form that they sent is kept whole in the page that
asks, and goes to the same address together with the proof. Programs cannot prove who
sits there, so they are refused in words.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework.doors import refused, sessions
from casework.doors.sessions import signed_in
from casework.errors import N_, Forbidden
from casework.operations import passkeys
from casework.operations.passwords import prove_by_password
from casework.operations.second_factor import check_code, factors_of
from casework.people.sign_in import PASSKEY, TOTP
from casework.web.arrival import inside
from casework.web.pages import Trouble, attempt, settings

P = ParamSpec("P")
R = TypeVar("R")
FRESH = timedelta(minutes=10)
NOW = timedelta(0)
FIELDS = ("proof_password", "proof_code", "proof_answer", "proof_mark")
WRONG = N_("没有通过确认，没有办理。请重新输入，或换一种方式。")


def proved_when(
    asked: Callable[[], bool], *, within: timedelta = FRESH
) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Guard a page that asks for a fresh proof where `asked` says so of the request; it stands below `signed_in`."""

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            if not asked() or sessions.is_proved(within):
                return view(*args, **kwargs)
            if request.method != "POST" or not any(request.form.get(name) for name in FIELDS[:3]):
                return _ask(within=within)
            trouble = _try()
            return _ask(trouble, within=within) if trouble else view(*args, **kwargs)

        return guarded

    return guard


def proved(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Guard a page that always asks for a fresh proof; it stands below `signed_in`."""
    return proved_when(lambda: True)(view)


def proved_anew(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Guard a form that asks who sits there whenever it is sent, however lately they were asked."""
    return proved_when(lambda: request.method == "POST", within=NOW)(view)


def stands_for_password() -> bool:
    """Say whether a fresh proof by something else than the password may stand for it, as under a signature."""
    return sessions.is_proved(FRESH) and (bool(g.sign_in.second) or not g.person.password_hash)


def wants_all() -> bool:
    """Say whether a document is asked for in full, with what is masked elsewhere."""
    return request.args.get("full") == "1"


@signed_in
def proof() -> Response:
    """Ask who sits there, and go on to the page that was wanted."""
    wanted = inside(request.values.get("next", "")) or url_for("web.me")
    if request.method == "GET":
        return _ask()
    trouble = _try()
    return _ask(trouble) if trouble else redirect(wanted, 303)


def _try() -> Trouble | None:
    """Check what was sent as a proof; on success the session has a new id, and nothing is returned."""
    outcome = attempt(_check)
    if isinstance(outcome, Trouble):
        return outcome
    if not outcome:
        refused.remember(Forbidden(WRONG, code="wrong_proof"))
        return Trouble(422, gettext(WRONG))
    sessions.prove(second="" if outcome == "password" else outcome)
    return None


def _check() -> str:
    person, form = g.person, request.form
    if form.get("proof_answer"):
        answer, mark = form["proof_answer"], form.get("proof_mark", "")
        found = passkeys.check_passkey(passkeys.PROOF, person, answer=answer, mark=mark, settings=settings())
        return PASSKEY if found else ""
    if form.get("proof_code"):
        return check_code(person, form["proof_code"])
    return "password" if prove_by_password(person, form.get("proof_password", "")) else ""


def _ask(trouble: Trouble | None = None, *, within: timedelta = FRESH) -> Response:
    held = {row.kind for row in factors_of(g.person)}
    keeps = request.method == "POST" and request.endpoint != "web.proof"
    by_key = PASSKEY in held and passkeys.are_offered(settings())
    text = render_template(
        "own/proof.html",
        trouble=trouble,
        kept=[pair for pair in request.form.items(multi=True) if _is_kept(pair[0])] if keeps else [],
        action=request.full_path.rstrip("?") if keeps else url_for("web.proof"),
        next="" if keeps else _next(),
        has_password=bool(g.person.password_hash),
        has_codes=TOTP in held,
        asked=passkeys.ask_to_prove(passkeys.PROOF, g.person, settings=settings()) if by_key else None,
        minutes=int(within.total_seconds() // 60),
    )
    return Response(text, trouble.status if trouble else 200, mimetype="text/html")


def _next() -> str:
    if request.endpoint == "web.proof":
        return inside(request.values.get("next", ""))
    return request.full_path.rstrip("?")


def _is_kept(name: str) -> bool:
    return name not in FIELDS and name != "csrf_token"
