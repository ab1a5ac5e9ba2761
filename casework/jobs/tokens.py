"""A week before a key for programs ends its owner is told, once; proofs of other houses that are old are forgotten."""

from casework.doors.unit import unit_of_work
from casework.operations.warn_tokens import forget_proofs_of_others
from casework.operations.warn_tokens import warn_tokens as warn


def warn_tokens(_ref: str = "") -> dict:
    """Warn the owners of tokens that end within a week."""
    with unit_of_work():
        forget_proofs_of_others()
        return {"tokens": warn()}
