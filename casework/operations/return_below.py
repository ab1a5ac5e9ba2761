"""The level above gives back a case that it took over (退回原单位办理): the body that had it handles it again.

It waits there for an owner. As with the taking over, each chain names the head
that the other had before, and the reason stands in the story of the case.
"""

from sqlalchemy import select

from casework import journal
from casework.cases.above import WITHDRAWN
from casework.cases.models import Case
from casework.cases.oversight import HandOver
from casework.db import db
from casework.errors import N_, Conflict, Forbidden
from casework.operations.announce import announce
from casework.operations.permit import permit_case
from casework.operations.refer_above import end_referral, everybody_barred, is_open, open_referral
from casework.operations.refuse_blank import refuse_blank
from casework.operations.retime import retime
from casework.operations.story import tell
from casework.people import queries as people
from casework.people.models import Organisation
from workflows.access import Actor, scope_of


def return_below(case: Case, *, reason: str, actor: Actor) -> Organisation:
    """Return the body that handles the case again; both sides are told.

    Raises `Conflict` for a case that this body did not take over, that is concluded, that is about the body from
    which it came, or for which a tie keeps everybody away there; `Forbidden` for whoever serves elsewhere.
    """
    permit_case(actor, "case:take_over", case)
    refuse_blank({"reason": reason})
    held, owner, back = case.organisation, case.owner, taken_from(case)
    _refuse(case, back, actor)
    common = {"left": held.code, "went": back.code}
    tell(
        case,
        "return_below",
        actor=actor,
        params={"from_body": held.name, "to_body": back.name},
        words=reason.strip(),
        facts=common | {"head_there": list(journal.head(back.id))},
    )
    case.organisation, case.organisation_id, case.owner = back, back.id, None
    journal.record(
        organisation_id=back.id,
        action="case:return_below",
        actor=str(actor.id),
        subject=case.number,
        facts=common | {"head_there": list(journal.head(held.id))},
    )
    referral = open_referral(case)
    if referral is not None:
        end_referral(referral, WITHDRAWN, actor=actor)
    retime(case)
    db.session.flush()  # the step that was told last names the occasion
    announce(
        "case_returned_below",
        to=[owner, *people.holders("supervisor", held.id), *people.holders("supervisor", back.id)],
        subject=case,
        params={"case": case.number, "organisation": held.name, "recipient_body": back.name},
        dedup=f"case:{case.id}:return_below:{case.moves[-1].id}",
    )
    return back


def taken_from(case: Case) -> Organisation:
    """Return the body from which the one that has a case now took it over; raise `Conflict` where none did."""
    wanted = select(HandOver).filter_by(case_id=case.id, went_id=case.organisation_id).order_by(HandOver.id.desc())
    found = db.session.scalars(wanted).first()
    if found is None:
        raise Conflict(
            N_("案件 %(number)s 不是%(body)s提级办理的，无处退回。"),
            code="not_taken_over",
            params={"number": case.number, "body": case.organisation.name},
        )
    return found.left


def may_return_below(case: Case, actor: Actor) -> bool:
    """Say whether a case was taken over by a body for which this person takes cases over."""
    taken = select(HandOver.id).filter_by(case_id=case.id, went_id=case.organisation_id)
    return _serves(case, actor) and db.session.scalars(taken).first() is not None


def _serves(case: Case, actor: Actor) -> bool:
    return case.organisation_id in {scope.organisation_id for scope in scope_of(actor, "case:take_over")}


def _refuse(case: Case, back: Organisation, actor: Actor) -> None:
    shown = {"number": case.number, "body": back.name}
    if not _serves(case, actor):
        raise Forbidden(
            N_("案件 %(number)s 由%(body)s提级办理，由该单位退回。"),
            params=shown | {"body": case.organisation.name},
        )
    if not is_open(case):
        raise Conflict(
            N_(
                "案件 %(number)s 已复核、签字、备案或合并，不能退回原单位办理；确有需要的，请写明理由重新打开后再退回。"
            ),
            code="case_concluded",
            params=shown,
        )
    if case.concerns_id == back.id:
        raise Conflict(
            N_("案件 %(number)s 涉及%(body)s本身，不能退回该单位办理。"), code="concerns_itself", params=shown
        )
    if everybody_barred(case, at=back):
        raise Conflict(
            N_("%(body)s的人员都须回避案件 %(number)s，不能退回该单位办理。"), code="all_barred", params=shown
        )
