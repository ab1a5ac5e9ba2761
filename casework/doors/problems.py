"""One file maps what the service refuses to HTTP, for programs (RFC 9457) and for people.

Domain errors know no HTTP. Programs get problem details, people a page in
their language that says what happened, whether anything was saved, and what to
do. Nobody ever gets a traceback.
"""

import logging
import secrets
from collections.abc import Iterator, Mapping
from http import HTTPStatus

from flask import Flask, Response, jsonify, render_template, request
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadHost, HTTPException

from casework import errors
from casework.db import db
from casework.doors import refused
from casework.doors.languages import enumeration, gettext
from casework.errors import N_
from workflows.engine import Words
from workflows.errors import Refused

log = logging.getLogger("casework.problems")

STATUS: dict[type[Exception], int] = {
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.FileRefused: 422,
    errors.Invalid: 422,
    errors.Stale: 412,
    errors.Conflict: 409,
    errors.Unavailable: 503,
    errors.CaseworkError: 400,
}
SENTENCES = {
    400: N_("请求无法理解，没有保存任何内容。请返回后重试。"),
    401: N_("请先登录。"),
    403: N_("您没有办理此事项的权限。"),
    404: N_("没有找到该页面，或不在您的权限范围内。"),
    405: N_("此地址不支持该操作。"),
    409: N_("内容刚刚被他人改动，没有保存。请刷新后再试。"),
    413: N_("提交的内容过大，没有保存。文件请压缩或拆分后上传，文字请分几次提交。"),
    412: N_("内容刚刚被他人改动，没有保存。请核对现值后重新提交。"),
    415: N_("内容类型不受支持。请使用 JSON。"),
    422: N_("提交的内容有误，没有保存。请按各项提示修改后重新提交。"),
    428: N_("请先读取最新内容，再用 If-Match 带上它的 ETag 提交；没有保存任何内容。"),
    429: N_("尝试过于频繁，请稍后再试。"),
    500: N_("系统出错，没有保存任何内容。请稍后再试；如仍出现，请把编号告诉系统管理员。"),
    503: N_("数据库暂时不可用，没有保存任何内容。请稍后再试。"),
}
OVERTAKEN = (StaleDataError, IntegrityError)
"""What the database says to a change that lost against another one at the same moment."""
UNSTORABLE = (DataError, OverflowError)
"""What is said to a value that no check refused: by the database, or by SQLite's driver to a number too large."""
LOCATIONS = frozenset({"json", "query", "multipart"})
NO_TOKEN = N_("没有有效的访问令牌。请在请求头写 Authorization: Bearer <令牌>；令牌由本人在“我的访问令牌”页面生成。")


def attach(app: Flask) -> None:
    """Let every error of this application be answered here."""
    app.register_error_handler(errors.CaseworkError, answer_casework)
    app.register_error_handler(Refused, answer_refused)
    app.register_error_handler(HTTPException, answer_http)
    for overtaken in OVERTAKEN:
        app.register_error_handler(overtaken, answer_stale)
    for unstorable in UNSTORABLE:
        app.register_error_handler(unstorable, answer_unstorable)
    app.register_error_handler(OperationalError, answer_database)
    app.register_error_handler(Exception, answer_unknown)


def translated(message: str, params: Mapping[str, object]) -> str:
    """Return a marked sentence in the language of this request; labels among its parameters are translated too."""
    return gettext(message) % {name: _shown(value) for name, value in params.items()}


def _shown(value: object) -> object:
    return enumeration(map(str, value)) if isinstance(value, (Words, list)) else value  # a stored one is a list


def answer_casework(error: errors.CaseworkError) -> Response:
    """Answer a refusal of the service itself."""
    refused.remember(error)
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    extra: dict[str, object] = {}
    if isinstance(error, errors.Invalid) and error.fields:
        extra["fields"] = {name: translated(sentence, error.params) for name, sentence in error.fields.items()}
    if isinstance(error, errors.Stale):
        extra |= {"current": error.current, "sent": error.sent}
    return problem(status, error.code, translated(error.message, error.params), **extra)


def answer_refused(error: Refused) -> Response:
    """Answer a step that the rules do not allow: 409 with every reason."""
    refused.remember(error)
    reasons = [
        {"code": refusal.code, "detail": translated(refusal.message, refusal.params)} for refusal in error.refusals
    ]
    status = 403 if all(reason["code"].startswith("access") for reason in reasons) else 409
    return problem(status, reasons[0]["code"], reasons[0]["detail"], reasons=reasons)


def answer_http(error: HTTPException) -> Response:
    """Answer what Flask and Werkzeug raise."""
    status = error.code or 500
    if status in {301, 302, 303, 307, 308} or error.response is not None:
        return error.get_response()  # type: ignore[return-value] # Werkzeug's response is Flask's
    code = HTTPStatus(status).phrase.lower().replace(" ", "_")
    sentence = NO_TOKEN if status == HTTPStatus.UNAUTHORIZED and wants_json() else SENTENCES.get(status, SENTENCES[400])
    fields = dict(_fields((getattr(error, "data", None) or {}).get("messages")))
    answer = problem(status, code, gettext(sentence), **({"fields": fields} if fields else {}))
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _fields(messages: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield each faulty place of what was sent, as `measures.0.text`, with its sentence."""
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            if not place and name in LOCATIONS:
                yield from _fields(below)
            elif name == "_schema":
                yield from _fields(below, place or "body")
            else:
                yield from _fields(below, f"{place}.{name}" if place else str(name))
    elif isinstance(messages, list) and messages:
        yield place or "body", gettext(str(messages[0]))


def answer_stale(error: Exception) -> Response:
    """Answer a change that lost against another one at the same moment."""
    db.session.rollback()
    log.warning("lost against a concurrent change: %s", type(error).__name__)
    return problem(409, "concurrent_change", gettext(SENTENCES[409]))


def answer_unstorable(error: Exception) -> Response:
    """Answer a value that no check refused and that the database cannot hold."""
    db.session.rollback()
    log.error("the database cannot hold a value: %s", type(error).__name__, exc_info=error)
    return problem(422, "invalid", gettext(SENTENCES[422]))


def answer_database(error: OperationalError) -> Response:
    """Answer when the database is away or busy; the next request tries again."""
    db.session.rollback()
    log.error("database unavailable: %s", type(error.orig).__name__)
    return problem(503, "database_unavailable", gettext(SENTENCES[503]))


def answer_unknown(error: Exception) -> Response:
    """Answer a fault of ours: a number for the person, the trace for the log."""
    db.session.rollback()
    number = secrets.token_hex(4)
    log.error("fault %s on %s %s", number, request.method, request.endpoint, exc_info=error)
    return problem(500, "fault", gettext(SENTENCES[500]), number=number)


def problem(status: int, code: str, detail: str, **extra: object) -> Response:
    """Return problem details to a program, a page to a person."""
    title = HTTPStatus(status).phrase
    if wants_json():
        body = {
            "type": f"urn:casework:problem:{code}",
            "title": title,
            "status": status,
            "code": code,
            "detail": detail,
        }
        answer = jsonify(body | extra)
        answer.content_type = "application/problem+json"
    elif isinstance(request.routing_exception, BadHost):  # whoever names no host gets no page: its links need one
        answer = Response(detail, mimetype="text/plain")
    else:
        answer = Response(render_template("problem.html", status=status, code=code, detail=detail, extra=extra))
    answer.status_code = status
    return answer


def wants_json() -> bool:
    """Say whether this request came from a program."""
    return request.path.startswith(("/api/", "/healthz/"))
