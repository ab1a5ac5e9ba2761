"""What a check found: which rule is broken, about which thing, in a sentence that names it.

Checks of manifests and packages return all problems rather than raise at the
first: who received a package wants to know everything that is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One thing that does not hold: a stable code, what it is about, and a Chinese sentence with its parameters."""

    code: str
    subject: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the Chinese sentence with its parameters filled in."""
        return self.message % {"subject": self.subject, **self.params}
