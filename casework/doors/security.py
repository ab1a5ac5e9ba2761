"""Headers that every answer carries: a strict content policy, no framing, nothing cached that is personal.

What people have handed in is only ever downloaded. Should a browser show it all
the same, it lies in a sandbox: no script, no form, no cookie of ours, and it may
load nothing.
"""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, request

from casework.config import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)
HANDED_IN = "/files/"
"""What people have handed in has addresses of its own: a web server in front may give them a host of their own."""
YEAR = 365 * 24 * 3600

HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),  # for browsers that know no frame-ancestors
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", PERMISSIONS),
)
ONLY_BY_TLS = ("Strict-Transport-Security", f"max-age={YEAR}")
"""Our own name alone: of its neighbours in the domain we know nothing."""
NOT_KEPT = ("Cache-Control", "no-store")


def attach(app: Flask) -> None:
    """Add the headers to every answer of this application."""
    settings: Settings = app.extensions["casework"]
    app.after_request(adding((*HEADERS, ONLY_BY_TLS) if settings.secure_cookies else HEADERS))


def adding(always: tuple[tuple[str, str], ...]) -> Callable[[Response], Response]:
    """Return what adds the headers that an answer has not chosen itself; only static files may be kept."""
    never_kept = (*always, NOT_KEPT)

    def add_headers(response: Response) -> Response:
        chosen = {name.lower() for name, _ in response.headers}  # asking for each costs a fault for every one not there
        handed_out = request.path.startswith(HANDED_IN) and response.status_code == HTTPStatus.OK
        if handed_out or "content-disposition" in chosen:
            response.headers["Content-Security-Policy"] = SANDBOX
            chosen.add("content-security-policy")
        for name, value in always if request.endpoint == "static" else never_kept:
            if name.lower() not in chosen:
                response.headers.add(name, value)
        return response

    return add_headers
