"""How the pages look for one reader: theme, large text, shortcuts. Cookies, set by a link, no script needed."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, request, url_for

YEAR = 365 * 24 * 3600
CHOICES = {"theme": ("auto", "light", "dark"), "size": ("normal", "large"), "keys": ("on", "off")}


def attach(app: Flask) -> None:
    """Keep what a reader chose in the address, as the language switch does."""
    app.after_request(remember)


def chosen(name: str) -> str:
    """Return the reader's choice, from the address or the cookie, else the first possible one."""
    for source in (request.args, request.cookies):
        if source and source.get(name) in CHOICES[name]:
            return source[name]
    return CHOICES[name][0]


def here(**changes: Any) -> str:
    """Return the address of this page with some of its parameters changed; a form's answer has no address.

    Written from the address that was asked for: `url_for` gives some names a meaning of its own (`_scheme`,
    `endpoint`), and anybody may write any name behind the question mark.
    """
    if request.method != "GET" or not (request.endpoint or "").startswith("web."):
        return url_for("web.me", **changes)
    kept = {**request.args.to_dict(flat=False), **changes}
    return f"{quote(request.root_path.rstrip('/') + request.path)}?{urlencode(kept, doseq=True)}"


def remember(response: Response) -> Response:
    """Set a cookie for each choice that was made in the address."""
    if not request.args or g.get("keeps_no_choice"):
        return response
    for name, values in CHOICES.items():
        if request.args.get(name) in values:
            response.set_cookie(name, request.args[name], max_age=YEAR, samesite="Lax")
    return response
