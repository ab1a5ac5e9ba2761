"""Write a checkpoint over a chain of the journal: daily over each that grew, and whenever an operator wants one.

No entry says so: a chain that grew by its own checkpoint would never be covered by one.
"""

from casework.journal import checkpoints
from casework.journal.checkpoints import Rooted

DAILY = "daily"


def root_chain(organisation_id: int, chain: str, *, reason: str = DAILY) -> Rooted | None:
    """Return the chain as it stands with its root, written once however often it is asked; None for an empty chain."""
    return checkpoints.checkpoint(organisation_id, chain, reason=reason)
