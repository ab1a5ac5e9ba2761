"""Offer a case to the level above (请上级办理), and answer such a request.

Asked by hand it needs a reason; where everybody here has to keep away the service
asks by itself. Nothing moves before the body above takes the case over
(`take_over`): the owner goes on, the clocks run. Whoever is asked takes over or
gives back with a reason. What a body gave back is not offered to it again by the
service, but to the next one above it.
"""

from collections.abc import Collection

from sqlalchemy import select

from casework import clock, journal
from casework.cases import above
from casework.cases.above import Referral
from casework.cases.conflicts import kept_from
from casework.cases.models import Case
from casework.cases.queries import is_sealed
from casework.db import db
from casework.errors import N_, Conflict, Forbidden
from casework.operations.announce import announce
from casework.operations.permit import permit_case, refusal_for_case
from casework.operations.refuse_blank import refuse_blank
from casework.operations.story import tell
from casework.people import queries as people
from casework.people.models import Organisation, Person
from workflows.access import SYSTEM, Actor
from workflows.case import BEING_WORKED
from workflows.ties import Part

LEVELS = ("province", "ministry")
ROLES = ("supervisor", "investigator")
"""Who takes a case over for a body above; the first role in which somebody is there is told."""


def refer_above(case: Case, *, reason: str, actor: Actor) -> Referral:
    """Ask the level above to handle the case; return the request.

    For its owner and for whoever assigns cases here. Raises `Invalid` without a reason, `Conflict` for a case that is
    concluded or already asked for, and where nobody above could take it.
    """
    permit_case(actor, "case:refer", case)
    if actor is not SYSTEM and actor.id != case.owner_id and refusal_for_case(actor, "case:assign", case) is not None:
        raise Forbidden(N_("案件 %(number)s 由经办人或就业部门负责人请上级办理。"), params={"number": case.number})
    refuse_blank({"reason": reason})
    shown = {"number": case.number}
    if not is_open(case):
        raise Conflict(N_("案件 %(number)s 已复核、签字、备案或合并，不能请上级办理。"), code="closed", params=shown)
    if open_referral(case) is not None:
        raise Conflict(N_("案件 %(number)s 已请上级办理，正在等待答复。"), code="already_asked", params=shown)
    asked = body_above(case)
    if asked is None:
        raise Conflict(
            N_("案件 %(number)s 的上级没有可以受理的人员，不能请上级办理。"), code="nobody_above", params=shown
        )
    return _ask(case, asked, cause=above.BY_HAND, actor=actor, reason=reason.strip())


def offer_above(case: Case) -> Referral | None:
    """Offer a case to the level above when everybody here has to keep away; return the request that waits, or None."""
    waiting = open_referral(case)
    if waiting is not None or not is_open(case) or not everybody_barred(case):
        return waiting
    asked = body_above(case, but=_gave_back(case))
    return _ask(case, asked, cause=above.ALL_BARRED, actor=SYSTEM) if asked is not None else None


def review_offer(case: Case) -> Referral | None:
    """Offer a case that nobody here may work on, end an offer that is not needed any more; return what waits, or None.

    A request that somebody made by hand stands until it is answered.
    """
    waiting = offer_above(case)
    if waiting is None or waiting.cause == above.BY_HAND or everybody_barred(case):
        return waiting
    end_referral(waiting, above.LAPSED, actor=SYSTEM)
    return None


def give_back(referral: Referral, *, reason: str, actor: Actor) -> Referral:
    """Answer that the case stays where it is, with the reason; who asked is told. Raises `Conflict` once answered."""
    case = referral.case
    permit_case(actor, "case:take_over", case)
    _refuse_elsewhere(referral, actor)
    refuse_blank({"reason": reason})
    if referral.ended_at is not None:
        raise Conflict(
            N_("案件 %(number)s 的请求已经答复，没有重复办理。"), code="answered", params={"number": case.number}
        )
    end_referral(referral, above.GIVEN_BACK, actor=actor, answer=reason.strip())
    tell(case, "give_back", actor=actor, params={"body": referral.asked_of.name}, words=reason.strip())
    announce(
        "referral_given_back",
        to=[referral.asked_by, case.owner, *people.holders("supervisor", case.organisation_id)],
        subject=case,
        params={"case": case.number, "recipient_body": referral.asked_of.name},
        dedup=f"referral:{referral.id}:given_back",
    )
    return referral


def end_referral(referral: Referral, outcome: str, *, actor: Actor, answer: str = "") -> None:
    """Write what became of a request; its body's chain says so too."""
    referral.outcome, referral.ended_at, referral.answer = outcome, clock.now(), answer or None
    referral.ended_by_id = None if actor is SYSTEM else actor.id
    journal.record(
        organisation_id=referral.asked_of_id,
        action="referral:end",
        actor=str(actor.id),
        subject=referral.case.number,
        facts={"referral": referral.ref, "outcome": outcome},
    )


def open_referral(case: Case) -> Referral | None:
    """Return the request of a case that waits for an answer, or None."""
    return db.session.scalars(select(Referral).filter_by(case_id=case.id, ended_at=None)).one_or_none()


def is_open(case: Case) -> bool:
    """Say whether a case is still worked on or waits for its review: only such a case changes hands."""
    return case.state in BEING_WORKED or (case.state == "corrected" and case.accepted_at is None)


def everybody_barred(case: Case, *, at: Organisation | None = None) -> bool:
    """Say whether people are appointed for the next step of a case and a tie keeps away every one of them.

    Asked of the body that has it, or of another that might (`at`), where it would wait for an owner.
    An owner who is the only reviewer too is a want of people and no tie: whether to ask above is for them to say.
    """
    body_id = case.organisation_id if at is None else at.id
    reviewed = at is None and case.state == "corrected" and case.owner_id is not None
    barred = kept_from(case, Part.REVIEWER if reviewed else Part.OWNER)
    if reviewed:
        able = [each for each in people.holders("supervisor", body_id) if each.id != case.owner_id]
    else:
        offices = [body_id]
        if case.college_id is not None and not is_sealed(case):
            offices.append(case.college_id)
        able = [person for office in offices for role in ROLES for person in people.holders(role, office)]
    return bool(able) and all(person.id in barred for person in able)


def body_above(case: Case, *, but: Collection[int] = ()) -> Organisation | None:
    """Return the nearest body above that has somebody for the case, or None."""
    body = case.organisation.parent
    while body is not None:
        if body.kind in LEVELS and body.id not in {case.concerns_id, *but} and asked_people(case, body):
            return body
        body = body.parent
    return None


def asked_people(case: Case, body: Organisation) -> list[Person]:
    """Return who is told at the body above: its supervisors without a tie, else its investigators."""
    barred = kept_from(case, Part.TAKER)
    for role in ROLES:
        found = [person for person in people.holders(role, body.id) if person.id not in barred]
        if found:
            return found
    return []


def _gave_back(case: Case) -> set[int]:
    wanted = select(Referral.asked_of_id).filter_by(case_id=case.id, outcome=above.GIVEN_BACK)
    return set(db.session.scalars(wanted))


def _ask(case: Case, asked: Organisation, *, cause: str, actor: Actor, reason: str = "") -> Referral:
    made = Referral(
        case=case,
        asked_by_body=case.organisation,
        asked_of=asked,
        asked_by_id=None if actor is SYSTEM else actor.id,
        cause=cause,
        reason=reason or None,
    )
    db.session.add(made)
    db.session.flush()  # its id names the occasion
    tell(
        case,
        "refer",
        actor=actor,
        params={"to_body": asked.name, "cause": cause},
        words=reason or None,
        facts={"referral": made.ref, "asked": asked.code},
    )
    journal.record(
        organisation_id=asked.id,
        action="referral:ask",
        actor=str(actor.id),
        subject=case.number,
        facts={"referral": made.ref, "asked_by": case.organisation.code, "cause": cause},
    )
    announce(
        "case_referred",
        to=asked_people(case, asked),
        subject=case,
        params={"case": case.number, "organisation": case.organisation.name},
        dedup=f"referral:{made.id}:ask",
    )
    return made


def _refuse_elsewhere(referral: Referral, actor: Actor) -> None:
    if actor is SYSTEM or referral.asked_of_id in {held.seat_id for held in actor.appointments}:
        return
    raise Forbidden(
        N_("案件 %(number)s 的请求由%(body)s答复。"),
        params={"number": referral.case.number, "body": referral.asked_of.name},
    )
