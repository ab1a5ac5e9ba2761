"""Headers that every answer carries: a strict content policy, no framing, nothing cached that is personal."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
NOT_KEPT = ("Cache-Control", "no-store")


def attach(app: Flask) -> None:
    """Add the headers to every answer of this application."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Add the headers that the answer has not chosen itself; static files may be cached, everything else may not."""
    chosen = {name.lower() for name, _ in response.headers}  # asking for each costs a fault for every one not there
    for name, value in HEADERS if request.endpoint == "static" else (*HEADERS, NOT_KEPT):
        if name.lower() not in chosen:
            response.headers.add(name, value)
    return response
