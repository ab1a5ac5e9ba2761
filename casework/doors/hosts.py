"""Under which names this service may be asked: its own, and no other.

A name that a stranger chose would come back in whatever is made from it, and a page
elsewhere could point a name of its own at this machine and read the answers. Our
links are made of `base_url` alone, and a request under another name gets a sentence.

This machine's own names always pass: a proxy that asks by them, and whoever looks
from here. So do the addresses that only programs ask, which hand out no page.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from casework.config import Settings
from casework.doors.languages import gettext
from casework.errors import N_

HERE = frozenset({"localhost", "127.0.0.1", "::1"})
FOR_PROGRAMS = ("/healthz/", "/metrics")
ELSEWHERE = N_(
    "没有办理：请求使用的主机名不是本系统的。请从 %(address)s 进入；如本系统另有名称，请系统管理员写入 CASEWORK_HOSTS。"
)


def attach(app: Flask) -> None:
    """Look at the name that each request was sent to, before anything else."""
    app.before_request(refuse_strangers)


def refuse_strangers() -> Response | None:
    """Return the sentence for a request under a name that is not ours; it is no page, whose links would mislead."""
    settings: Settings = current_app.extensions["casework"]
    if request.path.startswith(FOR_PROGRAMS) or is_ours(request.environ.get("HTTP_HOST", ""), settings):
        return None
    return Response(gettext(ELSEWHERE, address=settings.base_url), 400, mimetype="text/plain")


def is_ours(told: str, settings: Settings) -> bool:
    """Say whether a `Host` header names this service; ports are not compared, proxies change them.

    Where the service listens on every address and was told no name, it is asked by its numbers;
    a demonstration by any name, because it holds nothing that is not invented.
    """
    if not told:  # HTTP/1.0: no name at all
        return True
    name, own = _name(told), _name(urlsplit(settings.base_url).netloc)
    if name in HERE or name == own or name in settings.hosts:
        return bool(name)
    return bool(name) and _is_everywhere(own) and (settings.demo or _is_number(name))


def _name(netloc: str) -> str:
    try:
        return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")
    except ValueError:  # half an address
        return ""


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_everywhere(name: str) -> bool:
    return _is_number(name) and ip_address(name).is_unspecified
