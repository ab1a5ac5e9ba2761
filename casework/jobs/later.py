"""Jobs whose code is loaded when the first of them is kept.

Reading files and screening load what takes more memory than all the rest; a
worker that only tells people what is due never needs it.
"""

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any


@dataclass(frozen=True)
class Later:
    """A job that lies at `place`, as `package.module:function`."""

    place: str

    def __call__(self, *arguments: object, **named: object) -> Any:
        """Load it, do it, and return what it returns."""
        return resolve_name(self.place)(*arguments, **named)
