"""Say anew by when cases and reports are due, why, and who will be told when: in the transaction of the change.

Every operation that moves a case calls this on its last lines. What is stored
on the case is a projection for queues to sort by; the rules can compute it
again at any time, and `reproject` does so when dates or calendars change.
"""

from collections.abc import Sequence

from casework.cases.models import Case
from casework.deadlines.arm import carry_out
from casework.deadlines.project import Projected, project_cases
from casework.deadlines.reasons import stored
from casework.deadlines.terms import Grounds


def retime(case: Case) -> Projected:
    """Set `due_at`, `due_clock`, `target_on` and `due_why` of a case, arm its ladder and cancel what is obsolete."""
    return retime_cases([case])[0]


def retime_cases(cases: Sequence[Case]) -> list[Projected]:
    """Do the same for many cases; what they share is read once."""
    found = project_cases(cases, Grounds())
    write_down(found)
    return found


def write_down(found: Sequence[Projected]) -> None:
    """Store what was found: the projection on each case, and the timers of cases and reports."""
    for each in found:
        if isinstance(each.subject, Case):
            _project(each.subject, each)
    carry_out([each.timers for each in found])


def _project(case: Case, found: Projected) -> None:
    due = found.due
    values = {
        "due_at": due.at if due else None,
        "due_clock": due.clock if due else "",
        "target_on": due.target_on if due else None,
        "due_why": stored(found.why),
    }
    for name, value in values.items():
        if getattr(case, name) != value:
            setattr(case, name, value)
