"""The level above takes a case over (提级办理): it handles it from now on, under the number that it has.

Each chain names the head that the other had before: neither's earlier entries can be
written anew alone. Neither names the other's entry of the hand-over itself, which
has no hash before the commit; the checkpoints of both cover those. The body that
loses the case is told, and finds where it went; it sees no more of it.
"""

from sqlalchemy import select

from casework import journal
from casework.cases.above import TAKEN_OVER
from casework.cases.conflicts import kept_from
from casework.cases.models import Case
from casework.cases.oversight import HandOver
from casework.db import db
from casework.errors import N_, Conflict
from casework.operations.announce import announce
from casework.operations.assign import assign
from casework.operations.permit import permit_case
from casework.operations.refer_above import end_referral, open_referral
from casework.operations.refuse_blank import refuse_blank
from casework.operations.retime import retime
from casework.operations.story import tell
from casework.people import queries as people
from casework.people.models import Organisation, Person
from workflows.access import Actor, scope_of
from workflows.case import BEING_WORKED
from workflows.ties import Part, words_of

ABOVE = ("province", "ministry")


def take_over(case: Case, *, reason: str, actor: Actor, to: Person | None = None) -> HandOver:
    """Return the hand-over; without `to` the case waits for an owner of the body that has it now.

    Raises `Conflict` for a case that this body handles already, or that is accepted, signed or filed: what a
    report rests on is reopened first. `to` must be somebody who may own it, as for every assignment.
    """
    permit_case(actor, "case:take_over", case)
    refuse_blank({"reason": reason})
    target = _seat(case, actor)
    _refuse_concluded(case)
    _refuse_tied(case, actor)
    left, owner = case.organisation, case.owner
    made = HandOver(
        case=case, left=left, went=target, left_id=left.id, went_id=target.id, by_id=actor.id, reason=reason.strip()
    )
    db.session.add(made)
    common = {"left": left.code, "went": target.code}
    tell(
        case,
        "take_over",
        actor=actor,
        params={"from_body": left.name, "to_body": target.name},
        words=reason.strip(),
        facts=common | {"head_there": list(journal.head(target.id))},
    )
    case.organisation, case.organisation_id, case.owner = target, target.id, None
    journal.record(
        organisation_id=target.id,
        action="case:take_over",
        actor=str(actor.id),
        subject=case.number,
        facts=common | {"head_there": list(journal.head(left.id))},
    )
    referral = open_referral(case)
    if referral is not None:
        end_referral(referral, TAKEN_OVER, actor=actor)
    if to is not None:
        assign(case, to=to, actor=actor)
    retime(case)
    announce(
        "case_taken_over",
        to=[owner, *people.holders("supervisor", left.id)],
        subject=case,
        params={"case": case.number, "recipient_body": target.name},
        dedup=f"case:{case.id}:take_over:{left.id}",
    )
    return made


def seats_above(actor: Actor) -> list[Organisation]:
    """Return the bodies for which this person takes cases over."""
    seats = {scope.organisation_id for scope in scope_of(actor, "case:take_over")}
    return list(db.session.scalars(select(Organisation).where(Organisation.id.in_(seats)).order_by(Organisation.id)))


def _seat(case: Case, actor: Actor) -> Organisation:
    """Return the body above the case for which this person takes it over: the nearest, where there are several."""
    seats = {body.id for body in seats_above(actor)}
    body = case.organisation.parent
    while body is not None:
        if body.id in seats and body.kind in ABOVE:
            return body
        body = body.parent
    raise Conflict(
        N_("案件 %(number)s 已由本单位办理，无需提级。"), code="handled_here", params={"number": case.number}
    )


def _refuse_tied(case: Case, actor: Actor) -> None:
    ties = kept_from(case, Part.TAKER).get(actor.id)
    if ties:
        raise Conflict(
            N_("您与案件 %(number)s 有须回避的关系：%(ties)s。请由本单位其他人员提级办理。"),
            code="taker_conflict",
            params={"number": case.number, "ties": words_of(ties)},
        )


def _refuse_concluded(case: Case) -> None:
    if case.state in BEING_WORKED or (case.state == "corrected" and case.accepted_at is None):
        return
    raise Conflict(
        N_("案件 %(number)s 已复核、签字、备案或合并，不能直接提级办理；确有需要的，请写明理由重新打开后再提级。"),
        code="case_concluded",
        params={"number": case.number},
    )
