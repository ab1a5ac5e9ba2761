"""Link a lead to a case that answers it, and take that back.

Both stories say so, and a link that is taken back stays on record. The case's people
see that a lead is behind it and which number it has; what it says and who said it
they do not see. A case that is concluded is not changed by a link: its owner and
reviewer are told, and whoever links may at once have it worked again, because a new
lead is new evidence.
"""

from dataclasses import dataclass

from sqlalchemy import select

from casework import clock
from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.errors import N_, Conflict
from casework.leads.models import Lead
from casework.operations.advance import advance
from casework.operations.announce import announce
from casework.operations.lead_steps import note_step
from casework.operations.move_lead import move_lead
from casework.operations.permit import permit_case
from casework.operations.permit_lead import permit_lead
from casework.operations.story import tell
from casework.people.actors import path_of
from workflows.access import SYSTEM, Actor
from workflows.case import CONCLUDED, CaseState
from workflows.lead import UNTAKEN, LeadState

LINK, UNLINK = "link", "unlink"
NEW_LEAD = "new_lead"


@dataclass(frozen=True)
class Linked:
    """The link; `concluded` says that the case had its conclusion and may be reopened for the lead, `reopened` was."""

    link: CaseLead
    concluded: bool
    reopened: bool = False


def link_lead(lead: Lead, case: Case, *, actor: Actor, reason: str = "", reopen: bool = False) -> Linked:
    """Link them; a lead that nobody has taken on is taken on with it. `reopen` has a concluded case worked again.

    Raises `Conflict` for a lead that is closed or merged, a case that was merged or drawn as a sample, two that are
    linked already, and where the link would show the lead to the body that it is about.
    """
    permit_lead(actor, "lead:link", lead)
    permit_case(actor, "case:open", case)
    _refuse_unfit(lead, case)
    if lead.state in UNTAKEN:
        move_lead(lead, "accept", actor=actor)
    link = write_link(lead, case, actor=actor, reason=reason)
    concluded = case.state in CONCLUDED
    if concluded and reopen:
        advance(case, "reopen", actor=SYSTEM, event=NEW_LEAD, reason=reason)
    elif concluded:
        _tell_late(case, link)
    return Linked(link, concluded=concluded, reopened=concluded and reopen)


def unlink_lead(lead: Lead, case: Case, *, actor: Actor, reason: str) -> CaseLead:
    """Take a link back, for a reason; the row stays with the time at which it ended."""
    permit_lead(actor, "lead:link", lead)
    permit_case(actor, "case:open", case)
    link = _found(lead, case)
    if link is None or link.unlinked_at is not None:
        raise Conflict(
            N_("线索 %(lead)s 与案件 %(case)s 没有关联，没有可以解除的内容。"),
            code="not_linked",
            params={"lead": lead.number, "case": case.number},
        )
    if not reason.strip():
        raise Conflict(
            N_("解除线索 %(lead)s 与案件 %(case)s 的关联须写明理由，没有解除。"),
            code="reason_missing",
            params={"lead": lead.number, "case": case.number},
        )
    if lead.state not in {*UNTAKEN, LeadState.ACCEPTED.value}:
        raise _closed(lead)
    link.unlinked_at = clock.now()
    _say(lead, case, UNLINK, actor=actor, reason=reason)
    return link


def write_link(lead: Lead, case: Case, *, actor: Actor, reason: str = "") -> CaseLead:
    """Write the link and tell both stories; whoever calls this has asked whether it may be."""
    db.session.flush()  # a case opened in this transaction needs its id
    link = _found(lead, case)
    by_id = None if actor is SYSTEM else actor.id
    if link is None:
        link = CaseLead(case=case, case_id=case.id, lead_id=lead.id, lead=lead, linked_by_id=by_id)
        db.session.add(link)
    else:
        link.unlinked_at, link.linked_at, link.linked_by_id = None, clock.now(), by_id
    db.session.flush()  # the link's own time names the occasion on which it is told
    _say(lead, case, LINK, actor=actor, reason=reason)
    return link


def _found(lead: Lead, case: Case) -> CaseLead | None:
    return db.session.scalars(select(CaseLead).filter_by(lead_id=lead.id, case_id=case.id)).one_or_none()


def _refuse_unfit(lead: Lead, case: Case) -> None:
    shown = {"lead": lead.number, "case": case.number}
    if lead.state not in {*UNTAKEN, LeadState.ACCEPTED.value}:
        raise _closed(lead)
    if case.state == CaseState.MERGED:
        into = case.merged_into.number if case.merged_into else ""
        raise Conflict(
            N_("案件 %(case)s 已并入 %(into)s，请关联到后者。"), code="case_merged", params=shown | {"into": into}
        )
    if case.origin == "sample" or case.round_id != lead.round_id:
        raise Conflict(
            N_("案件 %(case)s 是抽样核查的案件或属于另一轮次，不能关联线索；请另行立案。"),
            code="case_unfit",
            params=shown,
        )
    if shows_to_concerned(lead, case):
        raise Conflict(
            N_("线索 %(lead)s 反映的是能看到案件 %(case)s 的单位，关联后该单位就会知道；请在本级另行立案。"),
            code="shown_to_concerned",
            params=shown,
        )
    known = _found(lead, case)
    if known is not None and known.unlinked_at is None:
        raise Conflict(N_("线索 %(lead)s 已关联案件 %(case)s，没有重复关联。"), code="already_linked", params=shown)


def shows_to_concerned(lead: Lead, case: Case) -> bool:
    """Say whether the body that a lead is about sees this case, and with it that there is a lead."""
    return lead.concerns_id is not None and shows_to(lead.concerns_id, case)


def shows_to(body: int, case: Case) -> bool:
    """Say whether people of a body see a case."""
    if case.concerns_id == body:
        return False
    return body in path_of(case.organisation) or body == case.college_id


def _closed(lead: Lead) -> Conflict:
    return Conflict(
        N_("线索 %(lead)s 已办结、拟不予受理或已并案，不能更改关联；需要时请先重新打开或撤销并案。"),
        code="lead_closed",
        params={"lead": lead.number},
    )


def _say(lead: Lead, case: Case, action: str, *, actor: Actor, reason: str) -> None:
    """Tell the lead's story with the reason and the case's without it: reasons of triage quote what was reported."""
    note_step(lead, action=action, actor=actor, params={"case": case.number}, words=reason.strip() or None)
    tell(case, f"{action}_lead", actor=actor, params={"lead": lead.number})


def _tell_late(case: Case, link: CaseLead) -> None:
    announce(
        "case_found_late",
        to=[case.owner, case.accepted_by],
        subject=case,
        params={"case": case.number},
        dedup=f"case:{case.id}:lead:{link.lead_id}:{link.linked_at.isoformat()}",
    )
