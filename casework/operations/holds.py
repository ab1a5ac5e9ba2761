"""Stop the duration clocks of a case for a stated reason and time: asked for by one, approved by another.

A statutory date never waits, and switching a hold on and off gains no time.
"""

from datetime import date

from casework import clock
from casework.cases.facts import facts_of
from casework.cases.models import Case, Hold
from casework.errors import N_, Conflict, Invalid
from casework.operations.permit import permit_case
from casework.operations.retime import retime
from casework.operations.story import tell
from workflows.access import Actor
from workflows.case import hold_refusals
from workflows.errors import Refused

RUNNING = ("flagged", "investigating", "corrected")


def ask_hold(case: Case, *, reason: str, until_on: date, actor: Actor) -> Hold:
    """Ask for a hold; it stops nothing until another person approves it."""
    permit_case(actor, "case:hold", case)
    wrong = {}
    if not reason.strip():
        wrong["reason"] = N_("必填。")
    if until_on <= clock.today():
        wrong["until_on"] = N_("须在今天之后。")
    if wrong:
        raise Invalid(N_("暂停须写明理由，并有今天之后的截止日期。"), fields=wrong)
    if case.state not in RUNNING or case.accepted_at is not None:
        raise Conflict(
            N_("案件 %(number)s 已复核通过或已办结，没有计时可暂停。"), code="no_clock", params={"number": case.number}
        )
    if any(standing(row) for row in case.holds):
        raise Conflict(N_("案件 %(number)s 已有暂停或暂停申请。"), params={"number": case.number})
    asked = Hold(reason=reason.strip(), until_on=until_on, asked_by_id=actor.id)
    case.holds.append(asked)
    tell(case, "ask_hold", actor=actor, params={"until": until_on.isoformat()}, words=reason.strip())
    return asked


def standing(hold: Hold) -> bool:
    """Say whether a hold, or the request for one, is still open; one that has run out is over by itself."""
    return hold.ended_at is None and hold.refused_at is None and hold.until_on >= clock.today()


def _refuse_foreign(case: Case, hold: Hold) -> None:
    if hold.case is not case:
        raise Invalid(N_("这项暂停不属于案件 %(number)s。"), params={"number": case.number})


def decide_hold(case: Case, hold: Hold, *, approve: bool, actor: Actor, reason: str = "") -> None:
    """Approve or refuse a hold that somebody else asked for."""
    permit_case(actor, "case:accept", case)
    _refuse_foreign(case, hold)
    if hold.approved_at or hold.refused_at or hold.ended_at:
        raise Conflict(N_("这项暂停申请已经办理。"))
    if actor.id == hold.asked_by_id:
        raise Conflict(N_("暂停须由申请人以外的负责人批准。"), code="four_eyes")
    if not approve:
        hold.refused_at = clock.now()
        tell(case, "refuse_hold", actor=actor, words=reason.strip() or None)
        return
    refusals = hold_refusals(
        facts_of(case), reason=hold.reason, until=hold.until_on, approved_by=actor, today=clock.today()
    )
    if refusals:
        raise Refused(*refusals)
    hold.approved_at, hold.approved_by_id = clock.now(), actor.id
    tell(case, "hold", actor=actor, params={"until": hold.until_on.isoformat()})
    retime(case)


def end_hold(case: Case, hold: Hold, *, actor: Actor) -> None:
    """Let the clocks of a case run again."""
    permit_case(actor, "case:hold", case)
    _refuse_foreign(case, hold)
    if not hold.approved_at or not standing(hold):
        raise Conflict(N_("案件 %(number)s 没有暂停。"), params={"number": case.number})
    hold.ended_at = clock.now()
    tell(case, "end_hold", actor=actor)
    retime(case)
