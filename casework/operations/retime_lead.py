"""Say anew by when a lead's replies are due, why, and who will be told when: in the transaction of the change."""

from collections.abc import Sequence

from casework.deadlines.project import Projected, project_leads
from casework.deadlines.terms import Grounds
from casework.leads.models import Lead
from casework.operations.retime import write_down


def retime_lead(lead: Lead) -> Projected:
    """Set the clocks of a lead with their reasons, arm its ladder and cancel what is obsolete."""
    return retime_leads([lead])[0]


def retime_leads(leads: Sequence[Lead]) -> list[Projected]:
    """Do the same for many leads; what they share is read once."""
    found = project_leads(leads, Grounds())
    write_down(found)
    return found
