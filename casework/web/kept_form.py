"""A form that was sent when its session had ended: kept in the page that asks to sign in, and shown again afterwards.

Nothing of it lies on the server. Only a form that a page of ours has sent is kept:
otherwise another site could put its words into somebody's hands. It is signed on the
way, so that what comes back after signing in is what was sent, and it is not carried
out by itself: its sender sees what stands in it and sends it anew. Passwords and
files are never kept.
"""

from urllib.parse import urlsplit

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from casework.web.pages import page

FIELD = "kept_form"
LARGEST, HOLDS_SECONDS = 60_000, 3600
NEVER = frozenset({"csrf_token", "password", "present", "again", FIELD})
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def keep() -> str:
    """Return the form of this request, signed, to be put into the page that asks to sign in; nothing if it must not."""
    if request.method != "POST" or request.mimetype not in FORMS or not _is_ours():
        return ""
    pairs = [[name, value] for name, value in request.form.items(multi=True) if _is_kept(name)]
    signed = str(_signer().dumps({"to": request.full_path.rstrip("?"), "form": pairs, "files": len(request.files)}))
    return signed if pairs and len(signed) <= LARGEST else ""


def or_else(answer: Response) -> Response:
    """Return the form that was kept, for its sender to send anew, or the answer itself when none was.

    Call it once somebody has signed in; an answer that does not let them in yet goes unchanged.
    """
    if answer.status_code != 303 or not request.form.get(FIELD):  # noqa: PLR2004 - see other
        return answer
    try:
        held = _signer().loads(request.form[FIELD], max_age=HOLDS_SECONDS)
    except BadSignature:
        return answer
    shown = page("own/kept.html", to=held["to"], pairs=held["form"], files=held["files"])
    for cookie in answer.headers.getlist("Set-Cookie"):
        shown.headers.add("Set-Cookie", cookie)
    return shown


def _is_kept(name: str) -> bool:
    return name not in NEVER and not name.startswith("proof_")


def _is_ours() -> bool:
    """Say whether the browser says that a page of ours has sent this."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return bool(origin) and urlsplit(origin).netloc == request.host


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key, salt="kept-form")  # type: ignore[arg-type] # config gives one
