"""Which language this request speaks: the address (once), the cookie, the account, the browser; Chinese first."""

from flask import Flask, Response, g, request
from flask_babel import Babel

LANGUAGES = ("zh", "en")
COOKIE = "lang"
YEAR = 365 * 24 * 3600


def attach(app: Flask) -> None:
    """Choose a language for every request and remember an explicit choice."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="zh", BABEL_TRANSLATION_DIRECTORIES="translations", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai"
    )
    Babel(app, locale_selector=choose)
    app.after_request(remember)


def choose() -> str:
    """Return `zh` or `en` for this request."""
    if request.args.get("lang") in LANGUAGES:
        return request.args["lang"]
    if request.cookies.get(COOKIE) in LANGUAGES:
        return request.cookies[COOKIE]
    person = g.get("person")
    if person is not None and person.language in LANGUAGES:
        return person.language
    return request.accept_languages.best_match(LANGUAGES, default="zh")


def remember(response: Response) -> Response:
    """Keep a choice that was made in the address."""
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(COOKIE, request.args["lang"], max_age=YEAR, samesite="Lax")
    return response
