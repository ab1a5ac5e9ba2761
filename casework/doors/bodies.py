"""How much a request may bring: files where files are taken, from people who are known; elsewhere no more than a form.

A body is read before any page looks at it (the token against forged forms stands
in it), so a stranger could otherwise have fifty megabytes kept by every address.
The public pages, which take files from visitors, set limits of their own.
"""

from flask import Flask, g, request

from casework.config import Settings

MEGABYTE = 1024 * 1024
PLAIN = 2 * MEGABYTE
"""A form or a JSON object: several texts of the greatest length, percent-encoded."""
MOST_FIELDS = 1000
BESIDES = MEGABYTE
"""What a form with files says besides them."""
TAKE_FILES = frozenset(
    {
        "api_batches.upload_batch",
        "api_drifts.justify_ahead",
        "api_drifts.justify_found",
        "api_evidence.add_evidence",
        "api_reports.hand_in_paper",
        "web.action",
        "web.changes_ahead",
        "web.cosign_paper",
        "web.drift_act",
        "web.imports",
        "web.lead_action",
        "web.lead_new",
        "web.mandates",
    }
)
"""Addresses that take files from people who are known."""


def attach(app: Flask) -> None:
    """Set the limits of every request, once it is known who asks and before anything of it is read."""
    settings: Settings = app.extensions["casework"]
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + BESIDES, MAX_FORM_MEMORY_SIZE=PLAIN, MAX_FORM_PARTS=MOST_FIELDS
    )
    app.before_request(limit)


def limit() -> None:
    """Let this request bring as much as its address takes."""
    if g.get("actor") is None or request.endpoint not in TAKE_FILES:
        request.max_content_length = PLAIN
