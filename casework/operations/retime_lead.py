"""Say anew by when a lead's replies are due, why, and who will be told when: in the transaction of the change."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from casework.db import db
from casework.deadlines.project import Projected, project_leads
from casework.deadlines.terms import Grounds
from casework.leads.models import Lead
from casework.leads.queries import WITHOUT_WORDS, is_open
from casework.operations.retime import write_down
from casework.rounds.models import Round

AT_ONCE = 500


def retime_lead(lead: Lead) -> Projected:
    """Set the clocks of a lead with their reasons, arm its ladder and cancel what is obsolete."""
    return retime_leads([lead])[0]


@dataclass(frozen=True)
class RetimedLeads:
    """Some open leads of a round; `after` is where the next begin, None at the end."""

    looked: int
    after: int | None


def retime_slice(round_: Round, *, after: int = 0) -> RetimedLeads:
    """Retime the next open leads of a round, locked first; calendars and channels may have changed since."""
    wanted = select(Lead).where(Lead.round_id == round_.id, is_open(), Lead.id > after).order_by(Lead.id)
    found = db.session.scalars(
        wanted.options(*WITHOUT_WORDS).limit(AT_ONCE).with_for_update(key_share=True, of=Lead)
    ).all()
    retime_leads(found)
    return RetimedLeads(len(found), found[-1].id if len(found) == AT_ONCE else None)


def retime_leads(leads: Sequence[Lead]) -> list[Projected]:
    """Do the same for many leads; what they share is read once."""
    found = project_leads(leads, Grounds())
    write_down(found)
    return found
