"""How this package says no: with a code for programs and a sentence for people.

Rules return a `Refusal` or nothing. The sentence is Chinese and marked for
translation; whoever shows it translates it, so the rules know no language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a marked string
    """Mark a sentence for the translation catalogue and return it unchanged."""
    return message


@dataclass(frozen=True)
class Refusal:
    """Why a step may not be taken: a stable code, a sentence, and its parameters."""

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the Chinese sentence with its parameters filled in."""
        return self.message % self.params


class WorkflowError(Exception):
    """Base of everything that this package raises."""


class Refused(WorkflowError):  # noqa: N818 - it names what happened, not a fault
    """A step was asked for that the rules do not allow; `refusals` says why, most telling first."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = refusals
        super().__init__("; ".join(str(refusal) for refusal in refusals))
