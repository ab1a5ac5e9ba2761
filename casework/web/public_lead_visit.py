"""A visitor of the public pages: no account and no session, three cookies of their own that end with the browser.

`draft` holds the key of what was written and not sent, `receipt` the sealed
hash of a receipt that was shown a moment ago, `sent` the sealed code of a report
that was sent and whose code was not shown yet. They go to their own pages alone and
never along with a form of another site, which is what tokens in forms are for
elsewhere. None says anything to whoever finds it.
"""

import base64
import binascii
import json
import math
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request

from casework import clock
from casework.doors import languages, limits
from casework.errors import N_, Forbidden
from casework.leads.models import LeadDraft
from casework.sealing import SealBroken, ring
from casework.web import appearance
from casework.web.pages import page, settings

DRAFT, RECEIPT, SENT = "draft", "receipt", "sent"
PATHS = {DRAFT: "/report", RECEIPT: "/receipt", SENT: "/report"}
LARGEST_FORM = 200_000
_MINUTE = 60
_MADE = "casework.web.public_pages"
_LONGEST_SEALED = 2000


def refuse_foreign_form() -> None:
    """Raise `Forbidden` for a form that another site sent; old browsers do not say, and send no cookie with it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden(N_("这个表单不是从本站页面提交的，没有保存。请从本站重新打开。"))


def remember(answer: Response, name: str, value: str) -> Response:
    """Give the browser a cookie for one of our public pages."""
    answer.set_cookie(name, value, path=PATHS[name], httponly=True, samesite="Lax", secure=settings().secure_cookies)
    return answer


def forget(answer: Response, name: str) -> Response:
    """Take the cookie back."""
    answer.delete_cookie(name, path=PATHS[name], httponly=True, samesite="Lax")
    return answer


def sealed(purpose: str, **said: Any) -> str:
    """Return values as text that only we can open, with the moment in it."""
    plain = json.dumps({**said, "at": clock.now().timestamp()}).encode()
    return base64.urlsafe_b64encode(ring().seal(plain, f"public.{purpose}")).decode()


def opened(purpose: str, text: str, *, seconds: int) -> dict[str, Any] | None:
    """Return what was sealed for this purpose no longer ago; None for anything else."""
    if len(text) > _LONGEST_SEALED:
        return None
    try:
        said: dict[str, Any] = json.loads(ring().unseal(base64.urlsafe_b64decode(text.encode()), f"public.{purpose}"))
    except (SealBroken, binascii.Error, ValueError):  # ValueError: no text, or none of base 64
        return None
    return said if 0 <= clock.now().timestamp() - said["at"] <= seconds else None


def same_for_all(render: Callable[[], Response]) -> Response:
    """Return a page that is the same for every visitor of one language and size of text: made once a process.

    Whoever comes with a question in the address or with a cookie of these pages gets their own.
    """
    if request.args or not PATHS.keys().isdisjoint(request.cookies):
        return render()
    made: dict[tuple[str, ...], bytes] = current_app.extensions.setdefault(_MADE, {})
    root = request.environ.get("SCRIPT_NAME", "")
    which = (request.path, root, languages.choose(), appearance.chosen("size"))
    if which not in made:
        made[which] = render().get_data()
    return Response(made[which], mimetype="text/html")


def held_up(limit: limits.Limit, *, whom: str = "") -> Response | None:
    """Return the page that asks to come back later, or nothing when there is room."""
    wait = limits.wait_of(limit, whom) if whom else limits.wait_here(limit)
    if not wait:
        return None
    answer = page("public/wait.html", status=429, minutes=math.ceil(wait / _MINUTE))
    answer.headers["Retry-After"] = str(math.ceil(wait))
    return answer


def age_of(draft: LeadDraft) -> float:
    """Return for how many seconds somebody has been writing."""
    return (clock.now() - draft.started_at).total_seconds()
