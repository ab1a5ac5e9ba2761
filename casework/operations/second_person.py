"""Who could confirm that a lead is not taken on, and who appoints somebody where nobody could.

A proposal to decline stands still until another person says yes, and its clocks run
on: whoever proposes should know before whether there is such a person. It is asked
of the same offices to which the policy grants `lead:decide`: the lead officers of
the handling body and of those above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.leads.models import Lead
from casework.operations.find_officer import ROLE, may_have
from casework.people.actors import path_of
from casework.people.models import Person
from casework.people.queries import holders

ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class SecondPeople:
    """Those present who may confirm, in the handling body and above it; `appointing` names who could appoint one."""

    here: tuple[Person, ...]
    above: tuple[Person, ...]
    appointing: tuple[Person, ...]

    @property
    def nobody(self) -> bool:
        """Say whether the proposal would wait for a person who does not exist or is not there."""
        return not self.here and not self.above


def second_people(lead: Lead, *, proposer_id: int | None) -> SecondPeople:
    """Return who could confirm what this person proposes or has proposed; whoever is away today could not."""
    *above, here = path_of(lead.organisation)
    beside = _officers(lead, (here,), but=proposer_id)
    higher = _officers(lead, tuple(reversed(above)), but=proposer_id)
    nobody = not beside and not higher
    appointing = [person for body in (here, *reversed(above)) for person in holders(ADMINISTRATOR, body)]
    return SecondPeople(beside, higher, tuple(dict.fromkeys(appointing)) if nobody else ())


def _officers(lead: Lead, bodies: Sequence[int], *, but: int | None) -> tuple[Person, ...]:
    found = [person for body in bodies for person in holders(ROLE, body)]
    return tuple(dict.fromkeys(each for each in found if each.id != but and may_have(lead, each)))
