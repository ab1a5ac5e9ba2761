"""Two leads side by side, and a link that is taken back: what a person decides about a lead and one other thing."""

from flask import Response, request, url_for
from flask_babel import gettext

from casework.cases.lead_facts import is_linked
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Invalid, NotFound
from casework.leads.models import Lead
from casework.leads.queries import get_lead, get_leads
from casework.leads.same_matter import why
from casework.operations.decide_pair import LINK, decide_pair, in_order, merge_refusals
from casework.operations.link_lead import unlink_lead
from casework.operations.permit_lead import permit_lead
from casework.rounds import queries as rounds
from casework.web import leads_words as lead_words
from casework.web.leads_links import case_of, likenesses, sentences
from casework.web.pages import Trouble, page, submitted
from casework.web.wording import said
from workflows.access import Actor


@signed_in
def pair(number: str, other: str) -> Response:
    """Show two leads side by side with why they may be one matter, or write down what somebody decided."""
    actor = current_actor()
    for each in (number, other):
        permit_lead(actor, LINK, get_lead(each, actor))
    if request.method == "GET":
        return _side_by_side(number, other, actor, None)
    return submitted(
        lambda: _decide(number, other, actor),
        done=gettext("已认定。"),
        to=url_for("web.lead", number=number),
        again=lambda trouble: _side_by_side(number, other, actor, trouble),
    )


@signed_in
def alike(number: str) -> Response:
    """Show the leads that may be the same matter: a page of its own, which the lead's page fetches once it stands.

    Every lead of the body is opened and compared, so nobody should wait for it who only wants to read.
    """
    actor = current_actor()
    lead = get_lead(number, actor)
    permit_lead(actor, LINK, lead)
    return page(
        "leads/alike.html",
        lead=lead,
        alike=likenesses(lead, actor),
        channels=rounds.table(lead.round_id, "lead_channel"),
        lead_words=lead_words,
    )


@signed_in
def unlink(number: str, case: str) -> Response:
    """Ask why a lead is no longer tied to a case, or take the link back."""
    actor = current_actor()
    permit_lead(actor, LINK, get_lead(number, actor))
    if not is_linked(get_lead(number, actor), case):
        raise NotFound(N_("没有找到案件 %(number)s，或不在您的权限范围内。"), params={"number": case})
    if request.method == "GET":
        return page("leads/unlink.html", lead=get_lead(number, actor), case=case, trouble=None)
    return submitted(
        lambda: unlink_lead(
            get_lead(number, actor, lock=True),
            case_of(case, actor),
            actor=actor,
            reason=request.form.get("reason", ""),
        ),
        done=gettext("已解除关联。"),
        to=url_for("web.lead", number=number),
        again=lambda trouble: page(
            "leads/unlink.html", status=trouble.status, lead=get_lead(number, actor), case=case, trouble=trouble
        ),
    )


def _decide(number: str, other: str, actor: Actor) -> object:
    verdict = request.form.get("verdict", "")
    if verdict not in {"same", "different"}:
        raise Invalid(N_("请选择“同一事项”或“不是同一事项”，没有保存。"))
    found: dict[str, Lead] = {each.number: each for each in get_leads((number, other), actor, lock=True)}
    if number not in found or other not in found:
        raise NotFound(N_("没有找到线索 %(number)s，或不在您的权限范围内。"), params={"number": other})
    reason = request.form.get("reason", "")
    return decide_pair(found[number], found[other], same=verdict == "same", actor=actor, reason=reason)


def _side_by_side(number: str, other: str, actor: Actor, trouble: Trouble | None) -> Response:
    one, two = get_lead(number, actor), get_lead(other, actor)
    return page(
        "leads/pair.html",
        status=trouble.status if trouble else 200,
        lead=one,
        other=two,
        first=in_order(one, two)[0],
        locked=tuple(said(each.message, each.params) for each in merge_refusals(one, two, actor=actor)),
        why=sentences(why(one, two)),
        channels=rounds.table(one.round_id, "lead_channel"),
        trouble=trouble,
        lead_words=lead_words,
    )
