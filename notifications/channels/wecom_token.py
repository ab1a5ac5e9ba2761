"""The token with which WeCom lets an application speak: fetched once, used until it expires.

WeCom limits how often it may be asked for, and every work horse is a new process:
so the token lies in a file beside the data, readable by the service alone, and
all processes of the host share it.
"""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SLACK = 120.0
"""Seconds before its end from which a token is not used any more."""


class Token:
    """A token in a file, fetched by `fetch` (token and seconds of life) whenever it is needed."""

    def __init__(
        self, file: Path, *, fetch: Callable[[], tuple[str, float]], now: Callable[[], float] = time.time
    ) -> None:
        self._file = file
        self._fetch = fetch
        self._now = now

    def current(self) -> str:
        """Return a token that is still good for a while."""
        with suppress(OSError, ValueError, KeyError, TypeError):  # what cannot be read is fetched anew
            kept = json.loads(self._file.read_text())
            if float(kept["until"]) - SLACK > self._now():
                return str(kept["token"])
        token, seconds = self._fetch()
        self._keep(token, self._now() + seconds)
        return token

    def forget(self, token: str) -> None:
        """Drop a token that was refused, unless somebody has meanwhile fetched another."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            if json.loads(self._file.read_text())["token"] == token:
                self._file.unlink()

    def _keep(self, token: str, until: float) -> None:
        partial = self._file.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps({"token": token, "until": until}))
        partial.replace(self._file)
