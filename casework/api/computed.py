"""Lists that are worked out anew each time they are asked for, in pages by place: their lines have no stored name."""

from collections.abc import Sequence
from typing import Any


def part_of(lines: Sequence[Any], query: dict) -> tuple[Sequence[Any], int | None]:
    """Return the page of the lines that `after` and `limit` ask for, and what to ask for next, None at the end."""
    end = query["after"] + query["limit"]
    return lines[query["after"] : end], end if end < len(lines) else None
