"""Give a lead to somebody who works on leads where it lies: whoever is there and has least to do."""

from casework import clock
from casework.cases.conflicts import ties_to_lead
from casework.db import db
from casework.leads.models import Lead
from casework.leads.queries import open_lead_load
from casework.operations.announce import announce
from casework.people import queries
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.people.presence import present
from workflows.access import Actor

ROLE = "lead_officer"


def find_officer(lead: Lead, *, actor: Actor) -> Person | None:
    """Make a present lead officer of the handling body the one who works on it; `tell_officer` tells them.

    Whoever took it in keeps it, if that is their office. None when nobody is there: the lead is then an orphan,
    and the day's look for orphans tells a supervisor.
    """
    there = [person for person in queries.holders(ROLE, lead.organisation_id) if may_have(lead, person)]
    if not there:
        lead.officer = None
        return None
    load = open_lead_load([person.id for person in there])
    lead.officer = min(there, key=lambda person: (person.id != actor.id, load[person.id], person.id))
    return lead.officer


def may_have(lead: Lead, person: Person) -> bool:
    """Say whether somebody is there today, the lead is not about their own body, and no tie keeps them from it."""
    return present(person, clock.today()) and not keeps_away(lead, person)


def keeps_away(lead: Lead, person: Person) -> bool:
    """Say whether somebody has to keep away from a lead, whoever asks: they serve where it is about, or have a tie."""
    if lead.concerns_id is not None and lead.concerns_id in actor_of(person).bodies:
        return True
    return person.id in ties_to_lead(lead, [person])


def tell_officer(lead: Lead, *, actor: Actor) -> int:
    """Tell the officer of a lead that it is theirs now, unless they did it themselves; return how many rows are new."""
    if lead.officer is None or lead.officer.id == actor.id:
        return 0
    db.session.flush()  # the step that was told last names the occasion
    return announce(
        "lead_assigned",
        to=[lead.officer],
        subject=lead,
        params={"lead": lead.number},
        dedup=f"lead:{lead.id}:assign:{lead.steps[-1].id}",
    )
