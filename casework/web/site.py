"""The pages as a part of the application: its addresses, its shell, and the token against forged forms."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, g, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as Answer

from casework.doors import problems
from casework.web import appearance, kept_form, shell, wording, words
from casework.web.routes import ROUTES
from casework.web.sign_in_page import sign_in_page

YEAR = 365 * 24 * 3600
NO_FORMS = ("/api/", "/unsubscribe/", "/receipts/", "/report/", "/receipt/", "/c/")
"""What no page of ours asks for: programs have a token of their own, or an address that holds a secret of ours.

Visitors of the public pages have no session; their cookies never go along with a form of another site.
"""


def attach(app: Flask) -> None:
    """Add the pages to the application: addresses, filters, shell, and the token against forged forms."""
    web = Blueprint("web", __name__)
    for rule, endpoint, view, methods in ROUTES:
        web.add_url_rule(rule, endpoint, view, methods=methods)
    app.config.update(SEND_FILE_MAX_AGE_DEFAULT=YEAR, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=False)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    csrf = CSRFProtect(app)

    @app.before_request
    def protect() -> None:
        if not request.path.startswith(NO_FORMS):
            csrf.protect()

    @app.url_defaults
    def name_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values["v"] = _version(Path(app.static_folder or "") / values["filename"])

    app.register_error_handler(CSRFError, answer_forged)
    app.context_processor(lambda: {"words": words})
    wording.attach(app)
    shell.attach(app)
    appearance.attach(app)
    app.register_blueprint(web)


@lru_cache
def _version(file: Path) -> str:
    """Return a name for what a static file holds, so that browsers may keep it until it changes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else ""


def answer_forged(_error: CSRFError) -> Answer:
    """Answer a form that does not carry this session's token: mostly one that was left open too long.

    Where the session has ended meanwhile, what was typed is kept until its sender has signed in again.
    """
    kept = kept_form.keep() if g.get("actor") is None and request.endpoint != "web.login" else ""
    if kept:
        answer = sign_in_page("", kept=kept)
        answer.status_code = 401
        return answer
    return problems.problem(
        400, "form_expired", gettext("这个页面打开得太久，已经失效，没有保存任何内容。请返回上一页，刷新后重新提交。")
    )
