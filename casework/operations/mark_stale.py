"""Called by every operation that has changed the dossier of a case, as its last line."""

from casework.cases.models import Case
from casework.operations.advance import advance
from casework.operations.go_stale import Staled, go_stale


def mark_stale(case: Case) -> Staled | None:
    """Make the frozen or signed report that contains this case stale if the case now differs from it."""
    return go_stale(case, step=advance)
