"""The page behind a link that sets one's own password; it lets nobody in, and says of every other link the same.

Opening it changes nothing, because mail programs open links too. Signing in comes
after, by the one way in, so that a second factor is asked as ever.
"""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework.doors.sessions import open_to_all
from casework.errors import N_, Invalid, NotFound
from casework.operations.invite import GONE, find_invitation, take_invitation
from casework.web.pages import Trouble, attempt


@open_to_all
def welcome(token: str) -> Response:
    """Show the form of a link that works; on a POST, set the password."""
    found = find_invitation(token)
    if found is None:
        raise NotFound(GONE, code="link_gone")
    if request.method == "GET":
        return _form(token, None)
    outcome = attempt(lambda: _take(token))
    if isinstance(outcome, Trouble):
        return _form(token, outcome)
    flash(gettext("密码已设置。请用账号和新密码登录。"))
    return redirect(url_for("web.login"), 303)


def _take(token: str) -> None:
    fresh = request.form.get("password", "")
    if fresh != request.form.get("again", ""):
        raise Invalid(N_("两次输入的新密码不一致，没有保存。"), fields={"again": N_("与上面不一致。")})
    take_invitation(token, password=fresh)


def _form(token: str, trouble: Trouble | None) -> Response:
    found = find_invitation(token)
    text = render_template("welcome.html", trouble=trouble, token=token, invitation=found)
    return Response(text, trouble.status if trouble else 200, mimetype="text/html")
