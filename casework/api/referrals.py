"""Cases for the level above: ask for it, see who asks, give the request back, take over and hand back."""

from casework.api.cases import answer, changed
from casework.api.resource import Resource
from casework.api.schemas.cases import CaseOut
from casework.api.schemas.fields import PageQuery
from casework.api.schemas.ties import ReferralOut, ReferralPage, TakeOverIn, WhyIn
from casework.cases.above import Referral
from casework.cases.above_queries import get_referral, waiting
from casework.cases.queries import get_case
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.operations import refer_above
from casework.operations.return_below import return_below
from casework.operations.take_over import seats_above, take_over
from casework.people.models import Person
from casework.people.queries import get_person

referrals = Resource("referrals", "Cases for the level above")


@referrals.operation("POST", "/cases/<name:number>/referral", body=WhyIn, out=ReferralOut, status=201)
def ask_above(body: dict, number: str) -> object:
    """Ask the level above to handle a case; it stays where it is until they take it over."""
    case = get_case(number, current_actor(), lock=True)
    return _shown(refer_above.refer_above(case, reason=body["reason"], actor=current_actor()))


@referrals.operation("POST", "/cases/<name:number>/take-over", body=TakeOverIn, out=CaseOut, match=True)
def take_case_over(body: dict, number: str) -> object:
    """Take a case of the level below over; a request that waits for it is answered by that."""
    case = changed(number)
    take_over(case, reason=body["reason"], to=_colleague(body["to"]), actor=current_actor())
    return answer(case)


@referrals.operation("POST", "/cases/<name:number>/return-below", body=WhyIn, out=CaseOut, match=True)
def return_case_below(body: dict, number: str) -> object:
    """Give a case that one's own body took over back to the body that had it."""
    case = changed(number)
    return_below(case, reason=body["reason"], actor=current_actor())
    return answer(case)


@referrals.operation("GET", "/referrals", query=PageQuery, out=ReferralPage)
def list_referrals(query: dict) -> object:
    """List the requests that wait for an answer of one's own body."""
    wanted = waiting(current_actor())
    found = page_of(wanted, known=wanted, name=Referral.ref, after=query["after"], limit=query["limit"])
    return {"items": [_shown(each) for each in found.items], "next": found.next}


@referrals.operation("POST", "/referrals/<name:ref>/return", body=WhyIn, out=ReferralOut)
def give_back(body: dict, ref: str) -> object:
    """Give a request back with a reason; the case stays with the body that asked."""
    actor = current_actor()
    get_case(get_referral(ref, actor).case.number, actor, lock=True)  # cases are locked before what hangs on them
    return _shown(refer_above.give_back(get_referral(ref, actor, lock=True), reason=body["reason"], actor=actor))


def _colleague(ref: str | None) -> Person | None:
    """Return somebody of the bodies for which one takes cases over; anybody else is as good as unknown."""
    if ref is None:
        return None
    person, seats = get_person(ref), {body.id for body in seats_above(current_actor())}
    offices = {held.organisation for held in person.appointments}
    if seats.isdisjoint({each.id for each in offices} | {each.parent_id for each in offices}):
        return get_person("")
    return person


def _shown(referral: Referral) -> dict[str, object]:
    names = ("ref", "asked_by_body", "asked_of", "asked_by", "cause", "asked_at", "outcome", "ended_at")
    return {name: getattr(referral, name) for name in names} | {
        "case": referral.case.number,
        "reason": referral.reason or "",
        "answer": referral.answer or "",
    }
