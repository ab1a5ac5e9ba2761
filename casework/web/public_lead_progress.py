"""How far a report has come, step by step, as its reporter reads it.

A lead that was merged goes on in another one, and its reporter sees how that one
goes on from then on, as if it were their own: that there is another one, and that
somebody else has reported, stands nowhere. After a parting it is the lead's own
steps again.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from casework.db import db
from casework.leads.models import Lead, LeadStep
from casework.web.public_lead_words import PROGRESS
from workflows.lead import LeadState

Told = tuple[datetime, str]


def told_steps(lead: Lead) -> list[Told]:
    """Return when the report came to which state, each state once until it is another one."""
    found: list[Told] = []
    for at, state in _steps(lead):
        if state in PROGRESS and (not found or found[-1][1] != state):
            found.append((at, state))
    return found


def _steps(lead: Lead) -> Iterator[Told]:
    """Go through the lead's own steps, and through those of the lead in which it went on, while it did."""
    own, inside = list(lead.steps), False
    for place, step in enumerate(own):
        if inside and step.action != "unmerge":
            continue  # what befalls the other one befalls it, and stands in the other one's story
        inside = step.to_state == LeadState.MERGED
        if not inside:
            yield step.at, step.to_state
            continue
        parted = next((later.at for later in own[place + 1 :] if later.action == "unmerge"), None)
        yield from _of_survivor(str(step.params.get("into", "")), since=step.at, until=parted)


def _of_survivor(number: str, *, since: datetime, until: datetime | None) -> Iterator[Told]:
    wanted = select(LeadStep.at, LeadStep.to_state).join(Lead, Lead.id == LeadStep.lead_id)
    rows = db.session.execute(wanted.where(Lead.number == number, LeadStep.to_state != "").order_by(LeadStep.id)).all()
    before = [row.to_state for row in rows if row.at <= since and row.to_state in PROGRESS]
    yield since, before[-1] if before else LeadState.RECEIVED.value
    for row in rows:
        if row.at > since and (until is None or row.at <= until):
            yield row.at, row.to_state
