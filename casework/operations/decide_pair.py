"""Say whether two leads that look alike are one matter. The machine proposes, a person decides.

Of one matter the lead that came first goes on, so that its clocks go on. Parting
gives the other one back its earlier state, and the decision becomes the opposite:
otherwise the same proposal would come back the next minute.
"""

from sqlalchemy import select

from casework import clock
from casework.cases.lead_facts import lead_facts
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.leads.models import Lead, LeadPair
from casework.leads.same_matter import decision
from casework.operations.lead_steps import note_step
from casework.operations.move_lead import move_lead
from casework.operations.permit_lead import permit_lead
from workflows.access import Actor
from workflows.errors import Refusal
from workflows.lead import LeadState, refusals

SAME, DIFFERENT = "same", "different"
LINK = "lead:link"


def decide_pair(one: Lead, other: Lead, *, same: bool, actor: Actor, reason: str = "") -> LeadPair:
    """Decide, or decide anew, about two leads; `same` merges the later one into the one that came first.

    Raises `Invalid` for a lead beside itself, `Refused` with every reason when the later one may not be merged (it
    owes a reply, the first one is closed), `Conflict` for two that are merged and are now called different.
    """
    permit_lead(actor, LINK, one)
    permit_lead(actor, LINK, other)
    if one.id == other.id:
        raise Invalid(N_("这是同一条线索，不需要认定。"), code="one_lead")
    first, later = in_order(one, other)
    if one.same_as_id == other.id or other.same_as_id == one.id:
        raise _already(one, other)
    if same:
        inside = _chain(later, first)
        if inside is not None:
            raise inside
        move_lead(later, "merge", actor=actor, survivor=first, reason=reason)
    else:
        for lead, beside in ((one, other), (other, one)):
            note_step(
                lead, action="called_different", actor=actor, params={"lead": beside.number}, words=reason or None
            )
    return _write(one, other, SAME if same else DIFFERENT, actor=actor)


def merge_refusals(one: Lead, other: Lead, *, actor: Actor) -> tuple[Refusal, ...]:
    """Return why `decide_pair` would not let these two be one matter, empty when it would; nothing is changed."""
    first, later = in_order(one, other)
    if one.same_as_id == other.id or other.same_as_id == one.id:
        already = _already(one, other)
        return (Refusal(already.code, already.message, already.params),)
    inside = _chain(later, first)
    chained = (Refusal(inside.code, inside.message, inside.params),) if inside else ()
    return chained + refusals(lead_facts(later), "merge", actor=actor, survivor=lead_facts(first), reason="")


def in_order(one: Lead, other: Lead) -> tuple[Lead, Lead]:
    """Return two leads with the one first that came first: of one matter, that one goes on."""
    first, later = sorted((one, other), key=lambda lead: (lead.received_at, lead.id))
    return first, later


def part_leads(lead: Lead, *, actor: Actor, reason: str) -> Lead:
    """Undo a merge: the lead stands again where it stood before. Returns the lead into which it had been merged."""
    permit_lead(actor, LINK, lead)
    survivor = lead.same_as
    if survivor is None or lead.state != LeadState.MERGED:
        raise Conflict(
            N_("线索 %(number)s 没有并入其他线索，没有可以撤销的内容。"),
            code="not_merged",
            params={"number": lead.number},
        )
    permit_lead(actor, LINK, survivor)
    move_lead(lead, "unmerge", actor=actor, reason=reason)
    _write(lead, survivor, DIFFERENT, actor=actor)
    return survivor


def _already(one: Lead, other: Lead) -> Conflict:
    return Conflict(
        N_("线索 %(one)s 与 %(other)s 已经并案；不是同一事项的，请先撤销并案。"),
        code="merged",
        params={"one": one.number, "other": other.number},
    )


def _chain(later: Lead, first: Lead) -> Conflict | None:
    """Return why a lead into which others were merged is not merged: parting could not say any more who came along."""
    inside = db.session.scalar(select(Lead.number).filter_by(same_as_id=later.id).limit(1))
    if inside is None:
        return None
    return Conflict(
        N_("线索 %(inside)s 已并入 %(later)s；请先撤销，再把它们分别并入 %(first)s。"),
        code="others_inside",
        params={"inside": inside, "later": later.number, "first": first.number},
    )


def _write(one: Lead, other: Lead, said: str, *, actor: Actor) -> LeadPair:
    found = decision(one, other)
    if found is None:
        first, second = sorted((one.id, other.id))
        found = LeadPair(one_id=first, other_id=second)
        db.session.add(found)
    found.decision, found.decided_at, found.decided_by_id = said, clock.now(), actor.id
    db.session.flush()  # the next proposal of this unit of work must see this decision
    return found
