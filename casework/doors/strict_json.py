"""JSON that can be read in one way only: no name twice in one object, no number that is none.

Of two values under one name each reader takes another one, so what a proxy or a
log saw would not be what was done. `NaN` and `Infinity` are no JSON at all.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

from flask import Flask
from flask.json.provider import DefaultJSONProvider


class StrictJSON(DefaultJSONProvider):
    """Reads what programs send; ValueError, which is answered with 400, for what could be read in two ways."""

    def loads(self, s: str | bytes, **options: Any) -> Any:
        """Return what the text says."""
        return super().loads(s, object_pairs_hook=_once, parse_constant=_no_number, **options)


def attach(app: Flask) -> None:
    """Let every body be read so."""
    app.json = StrictJSON(app)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)
