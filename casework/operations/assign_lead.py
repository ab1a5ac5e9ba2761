"""Say who works on a lead; its clocks do not start anew."""

from casework.errors import N_, Conflict
from casework.leads.models import Lead
from casework.operations.find_officer import keeps_away, may_have, tell_officer
from casework.operations.lead_steps import note_step
from casework.operations.permit_lead import is_about_their_own, permit_lead, refusal_for_lead
from casework.operations.retime_lead import retime_lead
from casework.people.actors import actor_of
from casework.people.models import Person
from workflows.access import Actor
from workflows.lead import OPEN


def assign_lead(lead: Lead, *, to: Person, actor: Actor, reason: str = "") -> None:
    """Make `to` the officer of a lead and tell them; `Conflict` says why this person cannot be."""
    permit_lead(actor, "lead:assign", lead)
    shown = {"number": lead.number, "name": to.name}
    if lead.state not in OPEN:
        raise Conflict(N_("线索 %(number)s 已办结或已并案，不能改派。"), code="closed", params=shown)
    if not works_on_leads(lead, to):
        raise Conflict(
            N_("%(name)s 在线索 %(number)s 所属单位没有线索办理权限，没有指定。"), code="no_right", params=shown
        )
    if keeps_away(lead, to):
        raise Conflict(
            N_("%(name)s 与线索 %(number)s 有须回避的关系，没有指定。请指定无关联的人员。"),
            code="officer_conflict",
            params=shown,
        )
    if not may_have(lead, to):
        raise Conflict(N_("%(name)s 已停用或正在休假，线索 %(number)s 没有指定。"), code="absent", params=shown)
    if lead.officer_id == to.id:
        return
    if lead.officer_id is not None and not reason.strip():
        raise Conflict(N_("改派线索 %(number)s 须写明理由。"), code="reason_missing", params=shown)
    lead.officer = to
    note_step(
        lead,
        action="assign",
        actor=actor,
        params={"to": to.name},
        words=reason.strip() or None,
        facts={"officer": to.id},
    )
    retime_lead(lead)
    tell_officer(lead, actor=actor)


def works_on_leads(lead: Lead, person: Person) -> bool:
    """Say whether somebody could take the next step of a lead."""
    actor = actor_of(person)
    return not is_about_their_own(actor, lead) and refusal_for_lead(actor, "lead:decide", lead) is None
