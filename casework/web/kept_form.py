"""A form that was sent when its session had ended: kept in the page that asks to sign in, and shown again afterwards.

Nothing of it lies on the server. Only a form that a page of ours has sent is kept:
otherwise another site could put its words into somebody's hands. It is signed on the
way, so that what comes back after signing in is what was sent, and it is not carried
out by itself: its sender sees what stands in it and sends it anew. Passwords and
files are never kept.
"""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from casework.errors import N_
from casework.web.pages import page

FIELD = "kept_form"
LARGEST, HOLDS_SECONDS = 60_000, 3600
NEVER = frozenset({"csrf_token", "password", "present", "again", FIELD})
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "common_reason": N_("理由"),
        "content": N_("内容"),
        "document": N_("文号或文件名"),
        "due_on": N_("期限"),
        "email": N_("邮箱"),
        "goal": N_("整改目标"),
        "login": N_("账号"),
        "measure": N_("措施"),
        "name": N_("名称"),
        "new": N_("应当是"),
        "note": N_("说明"),
        "number": N_("编号"),
        "office": N_("职务"),
        "reason": N_("理由"),
        "recording": N_("记录要求"),
        "rectification": N_("整改要求"),
        "responsible": N_("责任人"),
        "title": N_("事由"),
        "typed_name": N_("本人姓名"),
        "value": N_("对象"),
        "words": N_("内容"),
    }
)
"""What the fields are called into which people write; the others, mostly choices, are shown below one another."""
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
    shown = page("own/kept.html", to=held["to"], pairs=held["form"], files=held["files"], labels=LABELS)
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
