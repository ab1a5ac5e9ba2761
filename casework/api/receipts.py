"""Where SMS providers push delivery reports and replies: an address with a secret in it, for each provider its own.

A provider signs nothing, so the secret is the door: it is compared in constant
time, and a wrong one is answered like an address that does not exist. What comes
in is kept before anything is made of it; a push that is not whole is refused and
leaves nothing. Nothing of it is written to a log.
"""

import hmac
import threading
import time
from collections.abc import Callable

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import NotFound, TooManyRequests

from casework.doors.sessions import open_to_all
from casework.doors.unit import unit_of_work
from casework.operations.land_push import land_push
from notifications.channels.pushed import NOT_TAKEN, PROVIDERS, TAKEN, items_of, read

SHORTEST = 24
"""Characters of a secret; a shorter one opens nothing."""
LONGEST_BODY = 512 * 1024
A_SECOND, BURST = 20.0, 100.0


class Bucket:
    """So many pushes a second, and so many at once after a rest; each process has its own."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._lock = now, threading.Lock()
        self._left, self._at = BURST, now()

    def take(self) -> bool:
        """Take one; False when there is none left for the moment."""
        with self._lock:
            at = self._now()
            self._left, self._at = min(BURST, self._left + (at - self._at) * A_SECOND), at
            if self._left < 1:
                return False
            self._left -= 1
            return True


def pages() -> Blueprint:
    """Return the route that providers push to."""
    bucket = Bucket()

    @open_to_all
    def take(provider: str, secret: str) -> Response:
        if not _is_known(provider, secret):
            raise NotFound
        if not bucket.take():  # after the secret: a stranger must not use up what the providers need
            raise TooManyRequests
        return _take(provider)

    blueprint = Blueprint("receipts", __name__)
    blueprint.add_url_rule("/receipts/<provider>/<secret>", "take", take, methods=["POST"])
    return blueprint


def _is_known(provider: str, secret: str) -> bool:
    """Say whether this is the secret of that provider; as much is done for a provider that nobody knows."""
    known = current_app.extensions["casework"].receipts.get(provider, "") if provider in PROVIDERS else ""
    fits = hmac.compare_digest(known.encode(), secret.encode())
    return fits and len(known) >= SHORTEST


def _take(provider: str) -> Response:
    request.max_content_length = LONGEST_BODY
    try:
        items = items_of(request.get_data())
        for item in items:
            read(provider, item)
    except ValueError:  # what it holds is somebody's, so it is not repeated
        answer = jsonify(dict(NOT_TAKEN[provider]))
        answer.status_code = 400
        return answer
    with unit_of_work():
        land_push(provider, items)
    return jsonify(dict(TAKEN[provider]))
