"""Ask another house something over HTTP: no redirects, one time limit, a bounded answer, safe addresses only."""

import json
import logging
from collections.abc import Mapping
from urllib.parse import urlencode

from casework.doors.elsewhere.provider_settings import is_safe
from casework.doors.elsewhere.vouching import away, not_believed
from notifications.channels.http_call import Answer, AnswerLost, Limits, NotSent, Request, call

log = logging.getLogger("casework.elsewhere")
BOUNDS = Limits(seconds=8.0, answer_bytes=256 * 1024)
OK, BROKEN = 200, 500


def ask(url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to a GET; raises what is said when the other house is away or its address is not safe."""
    return _call(Request("GET", url, headers={"Accept": "application/json, application/xml", **(headers or {})}))


def send(url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to a form that is posted; raises as `ask` does."""
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return _call(Request("POST", url, headers={**kind, **(headers or {})}, body=urlencode(form).encode()))


def fields_of(answer: Answer) -> dict[str, object]:
    """Return the JSON object of an answer that says yes; raises what is said of any other."""
    try:
        found = json.loads(answer.body) if answer.status == OK else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise not_believed("answer")
    return found


def _call(request: Request) -> Answer:
    if not is_safe(request.url):
        raise not_believed("answer")
    try:
        answer = call(request, limits=BOUNDS)
    except (NotSent, AnswerLost) as fault:
        log.warning("a house that vouches for people did not answer (%s)", type(fault).__name__)
        raise away() from fault
    if answer.status >= BROKEN:
        log.warning("a house that vouches for people answered %d", answer.status)
        raise away()
    return answer
