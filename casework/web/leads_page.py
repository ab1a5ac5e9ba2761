"""The page of one lead: what was reported, until when whom must be answered, what can be done and what not, and why.

The text is opened here and nowhere else. Who reported is not on it: that takes a
reason and leaves a trace (`leads_looks.reporter`).
"""

from flask import Response
from sqlalchemy import func, select

from casework import clock
from casework.cases.lead_facts import linked_cases, linked_total
from casework.db import db
from casework.deadlines.reasons import recalled
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_
from casework.leads.models import Lead, LeadItem
from casework.leads.queries import ADDITION, TO_SENDER, get_lead, in_lead_scope
from casework.leads.veiling import hidden_in
from casework.operations.look_at_words import texts_of
from casework.operations.reply_lead import read_additions
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.web import leads_words as lead_words
from casework.web.case_page import Stage
from casework.web.leads_replies import interim, replies, standing
from casework.web.leads_verbs import LINK, may, offered
from casework.web.leads_waiting import notes
from casework.web.pages import page
from workflows.access import Actor, scope_of
from workflows.lead import CLOSED
from workflows.reasons import Reason

ROWS_SHOWN = 60
ENDS = {"declined": N_("不予受理"), "merged": N_("已并案")}


@signed_in
def show(number: str) -> Response:
    """Show one lead."""
    actor = current_actor()
    lead = get_lead(number, actor)
    if lead.officer_id == actor.id and any(talk.kind == ADDITION and talk.read_at is None for talk in lead.talks):
        with unit_of_work():
            read_additions(lead, actor=actor)
    able, unable = offered(lead, actor)
    channels = rounds.table(lead.round_id, "lead_channel")
    return page(
        "leads/lead.html",
        lead=lead,
        stages=stages(lead),
        able=able,
        unable=unable,
        channels=channels,
        channel=channels.get(lead.channel),
        violations=rounds.table(lead.round_id, "violation"),
        concerns=db.session.get(Organisation, lead.concerns_id) if lead.concerns_id else None,
        cases=linked_cases(lead),
        cases_total=linked_total(lead),
        merged=merged_into(lead, actor),
        items=items_of(lead),
        items_total=db.session.scalar(select(func.count()).where(LeadItem.lead_id == lead.id)) or 0,
        upward=[talk for talk in lead.talks if talk.kind in TO_SENDER],
        replies=replies(lead, now=clock.now()),
        interim=interim(lead),
        standing=standing(lead),
        why=reasons_of(lead),
        notes=notes(lead, actor),
        hidden=hidden_in(*texts_of(lead)),
        may_link=may(actor, LINK, lead),
        may_look=may(actor, "lead:reporter", lead),
        may_read_cases=bool(scope_of(actor, "case:read")),
        lead_words=lead_words,
    )


def reasons_of(lead: Lead) -> list[Reason]:
    """Return why the date is that one; two clocks that run alike say it once."""
    found: list[Reason] = []
    for reason in recalled(lead.due_why):
        if reason not in found:
            found.append(reason)
    return found


def items_of(lead: Lead) -> list[LeadItem]:
    """Return the first rows of a list that was sent down."""
    wanted = select(LeadItem).filter_by(lead_id=lead.id).order_by(LeadItem.row_number)
    return list(db.session.scalars(wanted.limit(ROWS_SHOWN)))


def stages(lead: Lead) -> list[Stage]:
    """Return the four steps of the bar: taken in, taken on, looked into, ended; who and when come from the story."""
    done = {step.action: step for step in lead.steps}
    taken, accepted = done.get("take"), done.get("accept") or done.get("refuse_decline")
    ended = done.get({"declined": "confirm_decline", "merged": "merge"}.get(lead.state, "answer"))
    closed = lead.state in CLOSED
    who = {name: step.by.name if step and step.by else "" for name, step in (("a", accepted), ("e", ended))}
    first = Stage("received", N_("收到"), "done", lead.received_at, taken.by.name if taken and taken.by else "")
    if lead.state == "accepted" or (closed and accepted):
        second = Stage("accepted", N_("受理"), "done", accepted.at if accepted else None, who["a"])
    elif closed:
        second = Stage("accepted", N_("受理"), "", waits_for=N_("没有受理"))
    else:
        label = {"declining": N_("拟不予受理"), "transferred": N_("已转办")}.get(lead.state, N_("待受理"))
        second = Stage("accepted", label, "now", lead.state_since)
    standing = "now" if lead.state == "accepted" else "done" if lead.state == "answered" else ""
    waits = "" if closed else N_("关联或立案，查明事实")
    third = Stage("looked_into", N_("核实"), standing, lead.state_since if standing == "now" else None, waits_for=waits)
    if closed:
        last = Stage("ended", ENDS.get(lead.state, N_("办结并答复")), "done", ended.at if ended else None, who["e"])
    else:
        last = Stage("ended", N_("办结并答复"), "", waits_for=N_("案件复核通过，须回复上级的已经回复"))
    return [first, second, third, last]


def merged_into(lead: Lead, actor: Actor) -> list[Lead]:
    """Return the leads that were merged into this one, as far as this person may see them."""
    wanted = select(Lead).where(Lead.same_as_id == lead.id, in_lead_scope(actor)).order_by(Lead.id)
    return list(db.session.scalars(wanted))
