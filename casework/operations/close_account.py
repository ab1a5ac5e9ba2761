"""Close an account: nobody comes in by it any more, and what lay open with its person goes to others, in one step.

Cases go to a named successor where the rules allow it, and back to be assigned
where they do not; leads to the officer of the same body who has least to do. Work
that waits for its second review stays: who concluded it is a fact. Supervisors are
told how much came back, successors of each thing that is theirs now.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from casework import asking, clock
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, Invalid
from casework.leads.models import Lead
from casework.leads.queries import is_open
from casework.operations.announce import announce, announce_case
from casework.operations.api_tokens import revoke_token
from casework.operations.assign import why_not
from casework.operations.assign_lead import works_on_leads
from casework.operations.change_person import permit_person, refuse_oneself
from casework.operations.find_officer import find_officer, may_have, tell_officer
from casework.operations.invite import withdraw_open
from casework.operations.last_administrator import keep_an_administrator
from casework.operations.lead_steps import note_step
from casework.operations.note_account import note_account
from casework.operations.retime import retime_cases
from casework.operations.retime_lead import retime_lead
from casework.operations.story import tell
from casework.people import queries
from casework.people.models import ApiToken, Organisation, Person
from casework.people.sign_in import SignIn
from workflows.access import Actor
from workflows.case import BEING_WORKED

HEARERS = ("supervisor", "vice_leader", "party_leader", "admin_leader")
WHY = "whoever closes an account sees no case; what lay with its person must not be left behind"


@dataclass(frozen=True)
class HandedOver:
    """How many cases and leads went to somebody, and how many wait to be assigned."""

    cases_given: int = 0
    cases_back: int = 0
    leads_given: int = 0
    leads_back: int = 0


def close_account(person: Person, *, reason: str, actor: Actor, successor: Person | None = None) -> HandedOver:
    """Close an account, end its sessions, tokens and links, and hand over its open cases and leads.

    Raises `Invalid` without a reason or for a successor who cannot be one, `Conflict` for the last administrator of
    a body, `Forbidden` as `permit_person` does. Closing it twice hands over what has come since.
    """
    permit_person(person, actor)
    refuse_oneself(person, actor)
    _check(person, reason, successor, actor)
    keep_an_administrator(person)
    if person.active:
        person.active = False
        person.session_epoch += 1
    db.session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    _end_tokens(person, actor)
    withdraw_open(person)
    with asking.reaching("cases", "leads", "records", "reports", why=WHY, writes=True):
        done = _hand_over(person, successor, reason.strip(), actor)
    _say(person, reason.strip(), done, actor)
    return done


def _check(person: Person, reason: str, successor: Person | None, actor: Actor) -> None:
    if not reason.strip():
        raise Invalid(N_("请写明停用的原因，没有停用。"), fields={"reason": N_("请填写此项。")})
    if successor is None:
        return
    permit_person(successor, actor)
    if successor.id == person.id or not successor.active:
        raise Invalid(N_("不能移交给已停用的账号或本人，没有停用。"), fields={"successor": N_("请换一个人。")})


def _end_tokens(person: Person, actor: Actor) -> None:
    standing = select(ApiToken).filter_by(person_id=person.id, revoked_at=None)
    for token in db.session.scalars(standing):
        revoke_token(token, actor=actor)


def _hand_over(person: Person, successor: Person | None, reason: str, actor: Actor) -> HandedOver:
    wanted = select(Case).where(Case.owner_id == person.id, Case.state.in_(BEING_WORKED))
    cases = db.session.scalars(wanted.order_by(Case.id).with_for_update(of=Case)).all()
    held = select(Lead).where(Lead.officer_id == person.id, is_open()).order_by(Lead.id)
    leads = db.session.scalars(held.with_for_update(key_share=True, of=Lead)).all()
    for case in cases:
        _pass_on(case, successor, reason, actor)
    if cases:
        retime_cases(cases)
    for case in cases:
        announce_case(case, "assign", actor=actor)
    for lead in leads:
        _pass_lead_on(lead, successor, reason, actor)
    _tell_supervisors(person, cases, leads)
    given, taken = sum(case.owner is not None for case in cases), sum(lead.officer is not None for lead in leads)
    return HandedOver(given, len(cases) - given, taken, len(leads) - taken)


def _pass_on(case: Case, successor: Person | None, reason: str, actor: Actor) -> None:
    fits = successor is not None and why_not(case, successor) is None
    case.owner = successor if fits else None
    name, id_ = (successor.name, successor.id) if fits and successor else ("", 0)
    action = "assign" if fits else "hand_back"
    tell(case, action, actor=actor, params={"to": name} if name else {}, words=reason, facts={"owner": id_})


def _pass_lead_on(lead: Lead, successor: Person | None, reason: str, actor: Actor) -> None:
    if successor is not None and works_on_leads(lead, successor) and may_have(lead, successor):
        lead.officer = successor
    else:
        find_officer(lead, actor=actor)
    found = lead.officer
    note_step(
        lead,
        action="assign" if found else "hand_back",
        actor=actor,
        params={"to": found.name} if found else {},
        words=reason,
        facts={"officer": found.id if found else 0},
    )
    retime_lead(lead)
    tell_officer(lead, actor=actor)


def _tell_supervisors(person: Person, cases: Sequence[Case], leads: Sequence[Lead]) -> None:
    """Tell, once for each body, the first filled role how much of it was handed over."""
    of_cases, of_leads = (
        Counter(each.organisation_id for each in cases),
        Counter(each.organisation_id for each in leads),
    )
    for body_id in sorted(of_cases | of_leads):
        body = db.session.get_one(Organisation, body_id)
        readers = next((found for role in HEARERS if (found := queries.holders(role, body_id))), ())
        announce(
            "work_handed_over",
            to=readers,
            params={"organisation": body.name, "cases": of_cases[body_id], "leads": of_leads[body_id]},
            dedup=f"closed:{person.id}:{clock.now().isoformat()}:{body_id}",
            organisation_id=body_id,
        )


def _say(person: Person, reason: str, done: HandedOver, actor: Actor) -> None:
    facts = {"cases": done.cases_given + done.cases_back, "leads": done.leads_given + done.leads_back}
    note_account(person, "people:deactivate", actor=actor, facts=facts, personal={"reason": reason})
