"""Say anew by when cases and reports are due, why, and who will be told when: in the transaction of the change.

Every operation that moves a case calls this on its last lines. What is stored
on the case is a projection for queues to sort by; the rules can compute it
again at any time, and `reproject` does so when dates or calendars change.
"""

from collections.abc import Mapping, Sequence

from casework.cases.models import Case
from casework.deadlines.arm import carry_out
from casework.deadlines.project import Projected, project_cases
from casework.deadlines.reasons import stored
from casework.deadlines.terms import Grounds
from casework.leads.models import Lead


def retime(case: Case) -> Projected:
    """Set `due_at`, `due_clock`, `target_on` and `due_why` of a case, arm its ladder and cancel what is obsolete."""
    return retime_cases([case])[0]


def retime_cases(cases: Sequence[Case]) -> list[Projected]:
    """Do the same for many cases; what they share is read once."""
    found = project_cases(cases, Grounds())
    write_down(found)
    return found


def write_down(found: Sequence[Projected]) -> None:
    """Store what was found: the projection on each case and lead, and the timers of all."""
    for each in found:
        if isinstance(each.subject, Case):
            _project(each.subject, each, {"target_on": each.due.target_on if each.due else None})
        elif isinstance(each.subject, Lead):
            _project(each.subject, each, each.also)
    carry_out([each.timers for each in found])


def _project(subject: Case | Lead, found: Projected, more: Mapping[str, object]) -> None:
    due = found.due
    values: dict[str, object] = {
        "due_at": due.at if due else None,
        "due_clock": due.clock if due else "",
        "due_why": stored(found.why),
        **more,
    }
    for name, value in values.items():
        if getattr(subject, name) != value:
            setattr(subject, name, value)
