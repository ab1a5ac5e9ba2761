"""What somebody sits at: in two words for the list of their sessions, and whether they have signed in here before.

A browser in which an account has signed in keeps a signed mark for it. Wrong
passwords typed elsewhere then do not make it wait: nobody can keep a leader out
before a deadline by trying their account. The mark opens nothing by itself, and a
browser that has it may still try only so often.
"""

import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from casework.config import Settings
from casework.doors.limits import Limit, wait_of
from casework.sealing import ring

TRIES = Limit("known_device", an_hour=30, at_once=10)
YEAR = 365 * 24 * 3600
COOKIE = "casework-known"

SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ浏览器"),
    ("360", "360浏览器"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
LONGEST = 1000


def words_of(user_agent: str) -> str:
    """Return system and browser, as `Windows · Edge`; what is not recognised is left out."""
    told = user_agent[:LONGEST]
    found = (next((name for mark, name in known if mark in told), "") for known in (SYSTEMS, BROWSERS))
    return " · ".join(each for each in found if each)


def is_known(login: str) -> bool:
    """Say whether this account has signed in from this browser, and the browser has not tried too often since."""
    try:
        mark = _signer().loads(request.cookies.get(_cookie(), ""))
    except BadSignature:
        return False
    whose, device = mark
    return bool(whose == _whose(login)) and not wait_of(TRIES, device)


def remember(answer: Response, login: str) -> None:
    """Let this browser be known for an account from now on."""
    if request.cookies.get(_cookie()) and is_known(login):
        return
    settings: Settings = current_app.extensions["casework"]
    mark = _signer().dumps([_whose(login), secrets.token_urlsafe(9)])
    answer.set_cookie(
        _cookie(), str(mark), max_age=YEAR, httponly=True, samesite="Lax", secure=settings.secure_cookies, path="/"
    )


def _whose(login: str) -> str:
    return ring().index("known_device", login.strip())


def _cookie() -> str:
    settings: Settings = current_app.extensions["casework"]
    return f"__Host-{COOKIE}" if settings.secure_cookies else COOKIE


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key, salt="known-device")  # type: ignore[arg-type] # config gives one
