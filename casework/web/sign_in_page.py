"""The sign-in page itself, for every way in: the password, and the houses that this installation believes."""

from flask import render_template, request, session, url_for
from werkzeug.wrappers import Response

from casework.doors.elsewhere.houses import houses
from casework.errors import N_
from casework.operations import passkeys
from casework.web import kept_form
from casework.web.pages import Trouble, settings
from casework.web.wording import said

NAMES = {"oidc": N_("统一身份认证"), "cas": N_("校园统一认证（CAS）")}


def sign_in_page(wanted: str, trouble: Trouble | None = None, *, kept: str = "") -> Response:
    """Return the page; `wanted` is where the person is led after signing in, `trouble` why they are not in yet.

    `kept` is a form that waits for its sender to come back (`kept_form.keep`).
    """
    offered = passkeys.are_offered(settings())
    text = render_template(
        "login.html",
        next=wanted,
        trouble=trouble,
        login=request.form.get("login", ""),
        demo=settings().demo,
        asked=passkeys.ask_to_prove(passkeys.ALONE, None, settings=settings()) if offered else None,
        kept=kept or request.form.get(kept_form.FIELD, ""),
        elsewhere=_choices(wanted),
        left=leaving(request.args.get("left", "")),
    )
    session.permanent = True
    return Response(text, trouble.status if trouble else 200, mimetype="text/html")


def leaving(how: str) -> str:
    """Return where the session at another house is ended, for whoever came from there; empty where nowhere."""
    found = {"oidc": houses().oidc, "cas": houses().cas}.get(how)
    return found.leaving(back=settings().base_url + url_for("web.login")) if found is not None else ""


def _choices(wanted: str) -> list[tuple[str, str]]:
    """Return what is offered beside the password: address and name of each house."""
    return [
        (url_for("web.elsewhere", house=code, next=wanted or None), label or said(NAMES[code]))
        for code, label in houses().labels.items()
    ]
