"""The night's look at how long personal data is kept: it proposes, and never erases."""

from casework.doors.unit import unit_of_work
from casework.operations.erase_round import propose_erasures as propose


def propose_erasures(_ref: str = "") -> dict:
    """Propose what lies over its ceiling; what was proposed before is not proposed again."""
    with unit_of_work():
        return {"proposals": propose().proposals}
