"""Which language this request speaks: the address (once), the cookie, the account, the browser; Chinese first.

A page holds some hundreds of labels, so the catalogue is looked up once a
request and not once a label.
"""

from collections.abc import Iterable
from functools import lru_cache

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations, ngettext, npgettext, pgettext
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

LANGUAGES = ("zh", "en")
COOKIE = "lang"
YEAR = 365 * 24 * 3600
_TRANSLATE = "casework.translate"


def attach(app: Flask) -> None:
    """Choose a language for every request and remember an explicit choice."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="zh", BABEL_TRANSLATION_DIRECTORIES="translations", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai"
    )
    Babel(app, locale_selector=choose)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # Jinja's extension adds it
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    app.jinja_env.globals.update(gap=gap)
    app.after_request(remember)


def choose() -> str:
    """Return `zh` or `en` for this request."""
    for source in (request.args, request.cookies):
        if source and source.get(COOKIE) in LANGUAGES:  # asked only where there is something: a miss is costly
            return source[COOKIE]
    person = g.get("person")
    if person is not None and person.language in LANGUAGES:
        return person.language
    return _understood(request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))


def named() -> str:
    """Return the language that was chosen in the address; empty where nobody chose."""
    wanted = request.args.get(COOKIE, "") if request.args else ""
    return wanted if wanted in LANGUAGES else ""


def keep_no_choice() -> None:
    """Let this request leave no cookie of its language or look: its page keeps both in its address."""
    g.keeps_no_choice = True


@lru_cache(maxsize=512)
def _understood(header: str) -> str:
    """Return which of our languages a browser prefers; the header has few forms, and reading one takes long."""
    return parse_accept_header(header, LanguageAccept).best_match(LANGUAGES, default=LANGUAGES[0])


def gettext(message: str, **values: object) -> str:
    """Return a marked sentence in the language of this request, with its places filled in."""
    if not has_request_context():
        return message % values if values else message
    translate = request.environ.get(_TRANSLATE)
    if translate is None:
        translate = request.environ[_TRANSLATE] = get_translations().ugettext
    text: str = translate(message)
    return text % values if values else text


def enumeration(parts: Iterable[str]) -> str:
    """Return several things in a row: each in the language of this request, with its mark between them."""
    return gettext("、").join(gettext(part) for part in parts if part)


def gap() -> str:
    """Return what stands between two sentences: nothing in Chinese, a blank in English."""
    return " " if str(get_locale()) == "en" else ""


def remember(response: Response) -> Response:
    """Keep a choice that was made in the address."""
    if named() and not g.get("keeps_no_choice"):
        response.set_cookie(COOKIE, named(), max_age=YEAR, samesite="Lax")
    return response
